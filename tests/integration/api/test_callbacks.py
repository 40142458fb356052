"""Setting and reading callbacks."""

from dataclasses import replace
from typing import Any

import pytest

from ringback.models import Callback, CallbackType, build_owner
from tests.integration.calling import ACCOUNT, NOW, OTHER_ACCOUNT, Api
from tests.reference import of_the_reference

NUMBER = "3215551212"
NOTHING = {"type": "None", "email": "", "url": "", "method": ""}
NO_DELIVERY = {"type": "None", "email": "", "device": "", "forward": "", "url": "", "url_method": ""}
SET = {"type": "Callback", "url": "https://my.example.com/?m=((msg))", "method": "GET"}


def stored(api: Api, event: str = "messages/receive_notify", fonenumber: str = NUMBER) -> Callback | None:
    return api.parts.numbers.callback((build_owner(ACCOUNT, fonenumber), event))


def test_a_post_replaces_the_whole_callback(api: Api) -> None:
    api.post(
        "/v2/messages/receive_notify", {"fonenumber": NUMBER, **SET, "url_username": "u", "url_password": "planted"}
    )
    answer = api.post("/v2/messages/receive_notify", {"fonenumber": NUMBER, "type": "Email", "email": "a@example.com"})

    block = {"type": "Email", "email": "a@example.com", "url": "", "method": ""}
    assert answer.json["fonenumber"]["message_options"]["receive_notify"] == block
    owner = build_owner(ACCOUNT, NUMBER)
    assert stored(api) == Callback(
        owner=owner, event="messages/receive_notify", type=CallbackType.EMAIL, email="a@example.com"
    )


def test_none_leaves_nothing_behind(api: Api) -> None:
    api.post(
        "/v2/messages/receive_notify", {"fonenumber": NUMBER, **SET, "url_username": "u", "url_password": "planted"}
    )
    answer = api.post("/v2/messages/receive_notify", {"fonenumber": NUMBER, "type": "None", "url": "https://old/"})

    assert answer.json["fonenumber"]["message_options"]["receive_notify"] == NOTHING
    assert api.stack.items("CALLBACKS_TABLE") == []


def test_a_number_with_nothing_set_is_shown_as_such(api: Api) -> None:
    """Clients read before they write; whose number it is nobody here can know."""
    answer = api.get(f"/v2/fonenumbers/{NUMBER}")

    notified = {"receive_notify": NOTHING, "send_notify": NOTHING}
    assert (answer.status, of_the_reference(answer.json["fonenumber"])) == (
        200,
        {
            "fonenumber": NUMBER,
            "message_options": notified | {"receive": NO_DELIVERY},
            "call_options": notified,
            "fax_options": notified,
            "sms_options": notified | {"receive": NO_DELIVERY},
            "voice_options": notified,
        },
    )
    assert api.put(f"/v2/fonenumbers/{NUMBER}", answer.json).json == answer.json
    assert api.stack.items("CALLBACKS_TABLE") == []


DELIVERY_URL = "https://my.example.com/?m=((msg))"


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "URL", "value": DELIVERY_URL, "url_method": "POST"},
        {"type": "url", "url": DELIVERY_URL, "url_method": "post", "device": "987123543678", "forward": ""},
        {"type": "Callback", "url": DELIVERY_URL, "method": "POST"},
        {"url": DELIVERY_URL, "method": "POST"},
        {"type": "URL", "value": DELIVERY_URL},
        {"type": "URL", "value": DELIVERY_URL, "url_method": ""},
    ],
)
def test_the_message_itself_is_set_in_either_spelling_and_shown_in_fonestorm_s(
    api: Api, fields: dict[str, Any]
) -> None:
    answer = api.post("/v2/messages/receive", {"fonenumber": NUMBER, **fields})

    block = NO_DELIVERY | {"type": "URL", "url": DELIVERY_URL, "url_method": "POST"}
    assert answer.json["fonenumber"]["message_options"]["receive"] == block
    assert answer.json["fonenumber"]["sms_options"]["receive"] == block


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "Email", "value": "a@example.com", "url_method": ""},
        {"type": "email", "email": "a@example.com"},
        {"type": "Email", "email": "a@example.com", "value": "a@example.com"},
    ],
)
def test_the_message_itself_goes_to_a_mailbox(api: Api, fields: dict[str, Any]) -> None:
    answer = api.post("/v2/messages/receive", {"fonenumber": NUMBER, **fields})

    block = NO_DELIVERY | {"type": "Email", "email": "a@example.com"}
    assert answer.json["fonenumber"]["message_options"]["receive"] == block
    none = api.post("/v2/messages/receive", {"fonenumber": NUMBER, "type": "None", "value": "", "url_method": ""})
    assert none.json["fonenumber"]["message_options"]["receive"] == NO_DELIVERY


@pytest.mark.parametrize("options", ["message_options", "sms_options"])
@pytest.mark.parametrize("with_envelope", [True, False])
def test_a_read_block_with_one_field_changed_is_put_back(api: Api, options: str, *, with_envelope: bool) -> None:
    """What is set beside it stays, credentials included."""
    url = f"/v2/fonenumbers/{NUMBER}"
    service = {
        "type": "URL",
        "value": DELIVERY_URL,
        "url_method": "JSON",
        "url_username": "u",
        "url_password": "planted",
    }
    api.put(url, service)
    blocks = api.get(url).json["fonenumber"][options]

    blocks["receive_notify"] |= {"type": "Callback", "method": "JSON", "url": "https://my.example.com/inbound"}
    answer = api.put(url, {"fonenumber": {options: blocks}} if with_envelope else {options: blocks})

    assert answer.json["fonenumber"][options] == blocks
    callback = stored(api, "messages/receive")
    assert callback
    assert (callback.url, callback.url_password) == (DELIVERY_URL, "planted")


def test_the_form_of_api_2_4_sets_the_message_itself(api: Api) -> None:
    form = {"type": "URL", "value": DELIVERY_URL, "url_method": "POST", "url_username": "u", "url_password": "planted"}

    answer = api.put(f"/v2/fonenumbers/{NUMBER}", form=form)

    assert answer.json["fonenumber"]["sms_options"]["receive"]["url"] == DELIVERY_URL
    callback = stored(api, "messages/receive")
    assert callback
    assert (callback.url_username, callback.url_password) == ("u", "planted")
    assert api.put(f"/v2/fonenumbers/{NUMBER}", form={"type": "None", "value": "", "url_method": ""}).status == 200
    assert stored(api, "messages/receive") is None


@pytest.mark.parametrize("kind", ["messages/receive_notify", "calls/send_notify", "faxes/receive_notify"])
def test_a_form_without_a_type_is_a_callback(api: Api, kind: str) -> None:
    """API 2.4 had no types."""
    form = {"fonenumber": NUMBER, "method": "GET", "url": "https://my.example.com/"}

    assert api.post(f"/v2/{kind}", form=form).status == 200
    assert stored(api, kind)


def test_call_records_are_set_for_the_account(api: Api) -> None:
    fields = {"account_id": ACCOUNT, "method": "JSON", "url": "https://my.example.com/cdr", "username": "u"}
    block = {"type": "Callback", "email": "", "url": "https://my.example.com/cdr", "method": "JSON"}
    account = {
        "account_id": ACCOUNT,
        "id": ACCOUNT,
        "cdr_notify": block,
        "cdr_notify_url": "https://my.example.com/cdr",
        "cdr_notify_method": "JSON",
    }

    answer = api.post("/v2/accounts/cdr_notify", {**fields, "password": "planted"})

    assert answer.json["account"].items() >= account.items()
    assert api.get("/v2/accounts/cdr_notify").json == api.get(f"/v2/accounts/{ACCOUNT}").json == answer.json
    callback = api.parts.numbers.callback((f"{ACCOUNT}#*", "accounts/cdr_notify"))
    assert callback
    assert (callback.url_username, callback.url_password) == ("u", "planted")
    assert api.get("/v2/fonenumbers").json["fonenumbers"] == []
    assert api.post("/v2/accounts/cdr_notify", {"type": None}).json["account"]["cdr_notify"] == NOTHING


def test_a_put_merges_block_by_block_all_or_nothing(api: Api) -> None:
    api.post("/v2/calls/send_notify", {"fonenumber": NUMBER, **SET, "url": "https://my.example.com/"})
    url = f"/v2/fonenumbers/{NUMBER}"

    broken = {"message_options": {"receive_notify": SET}, "fax_options": {"send_notify": {**SET, "method": "PATCH"}}}
    assert api.put(url, {"fonenumber": broken}).message.startswith('fax_options.send_notify.method: given "PATCH"')
    assert stored(api) is None
    answer = api.put(url, {"fonenumber": {"sms_options": {"receive_notify": SET}, "fax_options": {}}})

    shown = answer.json["fonenumber"]
    assert shown["message_options"]["receive_notify"] == SET | {"email": ""}
    assert shown["call_options"]["send_notify"]["type"] == "Callback"
    assert api.get(url).json == answer.json


def test_a_form_puts_blocks_in_brackets(api: Api) -> None:
    form = {
        "fonenumber[fonenumber]": "321-555-1212",
        "fonenumber[message_options][receive_notify][type]": "Email",
        "fonenumber[message_options][receive_notify][email]": "a@example.com",
    }

    answer = api.put(f"/v2/fonenumbers/{NUMBER}", form=form)

    assert answer.json["fonenumber"]["message_options"]["receive_notify"]["email"] == "a@example.com"


def test_a_put_that_changes_nothing_writes_nothing_and_keeps_password_and_state(api: Api) -> None:
    api.post(
        "/v2/messages/receive_notify", {"fonenumber": NUMBER, **SET, "url_username": "u", "url_password": "planted"}
    )
    callback = stored(api)
    assert callback
    table = api.stack.environment["CALLBACKS_TABLE"]
    api.stack.dynamodb.update_item(
        TableName=table,
        Key={"owner": {"S": callback.owner}, "event": {"S": callback.event}},
        UpdateExpression="SET disabled = :why",
        ExpressionAttributeValues={":why": {"S": "the receiver answered 410 Gone"}},
    )
    shown = api.get(f"/v2/fonenumbers/{NUMBER}")

    assert api.put(f"/v2/fonenumbers/{NUMBER}", shown.json).json == shown.json

    after = stored(api)
    assert after
    assert (after.url_password, after.disabled) == ("planted", "the receiver answered 410 Gone")
    api.post("/v2/messages/receive_notify", {"fonenumber": NUMBER, **SET})
    assert stored(api) == Callback(
        owner=callback.owner,
        event=callback.event,
        type=CallbackType.CALLBACK,
        method=callback.method,
        url=callback.url,
    )


def test_numbers_come_in_pages_of_their_own_account(api: Api) -> None:
    numbers = [f"32155512{number:02}" for number in range(5)]
    for number in numbers:
        fields: dict[str, Any] = {"message_options": {"receive_notify": SET, "send_notify": SET}}
        api.put(f"/v2/fonenumbers/{number}", {"fonenumber": fields})
    api.put(f"/v2/fonenumbers/{numbers[0]}", {"fonenumber": fields}, account=OTHER_ACCOUNT)
    api.put("/v2/fonenumbers/3215559999", {"fonenumber": fields}, account=OTHER_ACCOUNT)

    found, cursor = [], ""
    for size in (2, 2, 1):
        page = api.get(f"/v2/fonenumbers?limit=2{cursor}").json
        assert len(page["fonenumbers"]) == size
        found += [number["fonenumber"] for number in page["fonenumbers"]]
        cursor = f"&cursor={page['cursor']}"
    assert found == numbers
    assert page["cursor"] is None
    assert page["fonenumbers"][0]["message_options"]["send_notify"] == SET | {"email": ""}


def test_numbers_can_be_listed_by_their_digits_alone(api: Api) -> None:
    api.post("/v2/messages/receive_notify", {"fonenumber": NUMBER, **SET})

    assert api.get("/v2/fonenumbers?filter=fonenumbers").json["fonenumbers"] == [NUMBER]
    assert api.get("/v2/fonenumbers?filter=all").json == api.get("/v2/fonenumbers").json


def test_numbers_of_other_countries_come_first_and_cost_no_page_an_entry(api: Api) -> None:
    numbers = ["+33123456789", "+4930123456", "3215551212", "72345"]
    for number in reversed(numbers):
        api.post("/v2/messages/receive_notify", {"fonenumber": number, **SET})

    found, cursor = [], ""
    for _ in numbers:
        page = api.get(f"/v2/fonenumbers?limit=1{cursor}").json
        found += [number["fonenumber"] for number in page["fonenumbers"]]
        cursor = f"&cursor={page['cursor']}"

    assert found == numbers
    assert page["cursor"] is None


def test_the_health_of_endpoints_is_shown(api: Api) -> None:
    url = f"/v2/fonenumbers/{NUMBER}/health"
    assert api.get(url).json["health"] == {"fonenumber": NUMBER, "callbacks": []}
    for kind in ("messages/receive_notify", "messages/send_notify"):
        api.post(f"/v2/{kind}", {"fonenumber": NUMBER, **SET})
    failing, off = api.parts.numbers.callbacks(build_owner(ACCOUNT, NUMBER)).values()
    opened = api.parts.health.failed(failing, 10, since=NOW)
    assert opened
    api.parts.health.open(failing, replace(opened, open_until=NOW))
    api.parts.health.disable(off, "the receiver answered 410 Gone", at=NOW)

    time = "2026-11-23T17:36:00.000Z"
    assert api.get(url).json["health"] == {
        "fonenumber": NUMBER,
        "callbacks": [
            {
                "event": "messages/receive_notify",
                "state": "open",
                "failures": 10,
                "since": time,
                "until": time,
                "gives_up": "2026-11-28T17:36:00.000Z",
                "because": "",
            },
            {
                "event": "messages/send_notify",
                "state": "disabled",
                "failures": 0,
                "since": time,
                "until": None,
                "gives_up": None,
                "because": "the receiver answered 410 Gone",
            },
        ],
    }
    listed = api.get("/v2/fonenumbers?with=health&filter=fonenumbers").json
    assert listed == {"fonenumbers": [NUMBER], "health": [api.get(url).json["health"]], "cursor": None}


def test_so_is_that_of_the_account_s_own_callbacks(api: Api) -> None:
    assert api.get("/v2/accounts/health").json == {"health": {"account_id": ACCOUNT, "callbacks": []}}
    api.post("/v2/accounts/cdr_notify", {"method": "JSON", "url": "https://my.example.com/"})

    [shown] = api.get("/v2/accounts/health").json["health"]["callbacks"]

    assert (shown["event"], shown["state"], shown["since"]) == ("accounts/cdr_notify", "healthy", None)


@pytest.mark.parametrize(
    ("path", "stored"),
    [
        ("%2B1%20(321)%20555-1212", NUMBER),
        ("+1 (321) 555-1212", NUMBER),
        ("13215551212", NUMBER),
        ("321.555.1212", NUMBER),
        ("321\N{NON-BREAKING HYPHEN}555\N{NO-BREAK SPACE}1212", NUMBER),
        ("%2B4930123456", "+4930123456"),
        ("+4930123456", "+4930123456"),
        ("%2b49%2030%2f123456", "+4930123456"),
        ("72345", "72345"),
    ],
)
def test_a_number_in_a_path_is_read_in_any_notation(api: Api, path: str, stored: str) -> None:
    """Whether or not API Gateway has decoded it."""
    api.post("/v2/messages/receive_notify", {"fonenumber": stored, **SET})

    assert api.get(f"/v2/fonenumbers/{path}").json["fonenumber"]["fonenumber"] == stored
    assert api.get(f"/v2/fonenumbers/{path}/deliveries").json == {"deliveries": [], "cursor": None}
    assert api.post(f"/v2/fonenumbers/{path}/messages/receive_notify/preview").status == 200


@pytest.mark.parametrize(("form", "stored"), [("%2B65+6123+4567", "+6561234567"), ("+1-321-555-1212", NUMBER)])
def test_a_number_of_a_form_is_never_made_into_another_one(api: Api, form: str, stored: str) -> None:
    """A + that was not escaped is a space."""
    rest = "&type=Callback&method=GET&url=https%3A%2F%2Fmy.example.com%2F"
    answer = api.post("/v2/messages/receive_notify", form=f"fonenumber={form}{rest}")

    assert answer.json["fonenumber"]["fonenumber"] == stored
    unescaped = api.post("/v2/messages/receive_notify", form=f"fonenumber=+65+6123+4567{rest}")
    assert unescaped.message.endswith("it begins with a space: in a form, + is written %2B")
