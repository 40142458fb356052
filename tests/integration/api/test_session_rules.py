"""What a session of the console lets its holder do."""

import json

import pytest

from api import app
from api.gateway.routing import Operation
from api.gateway.session_route import ABOUT
from tests.integration.api.console import EMAIL, MAKE, MINE, THEIRS, by, filled, token
from tests.integration.calling import ACCOUNT, Api
from tests.stored import NEW

OPERATIONS = [app.api.paths[path][verb] for path in app.api.paths for verb in app.api.paths[path]]
GUARDED = [one for one in OPERATIONS if not one.open]


def named(operation: Operation) -> str:
    return f"{operation.verb} {operation.path}"


def items(api: Api) -> list[str]:
    """All that is stored, whoever wrote it."""
    stored = [*api.stack.items("CALLBACKS_TABLE"), *api.stack.items("DELIVERIES_TABLE")]
    return sorted(json.dumps(item, default=str) for item in stored)


OUTLIVES = {
    f"POST {MAKE}",
    "POST /v2/accounts/signing_secret",
    "POST /v2/accounts/signing_secret/rotate",
    "DELETE /v2/accounts/signing_secret",
}
FILLED_IN = {
    "{fonenumber}": MINE,
    "{account_id}": ACCOUNT,
    "{group}": "messages",
    "{name}": "receive_notify",
    "{delivery}": NEW.id,
}


def example(operation: Operation, **other: str) -> str:
    path = operation.path
    for name, value in (FILLED_IN | {f"{{{name}}}": value for name, value in other.items()}).items():
        path = path.replace(name, value)
    return path


def test_no_session_makes_what_outlives_it(api: Api) -> None:
    session = token(api)
    answers = {named(one): by(api, session, one.verb, example(one)) for one in OPERATIONS}
    refused = {name: answer for name, answer in answers.items() if answer.status == 403}

    assert refused.keys() == OUTLIVES
    for answer in refused.values():
        assert answer.message.endswith("which it would outlive; call the API with your own token")


def test_a_session_sees_whether_requests_are_signed(api: Api) -> None:
    api.post("/v2/accounts/signing_secret")

    shown_ = by(api, token(api), "GET", "/v2/accounts/signing_secret").json["signing_secret"]

    assert shown_ == {"exists": True, "created": "2026-11-23T17:36:00.000Z", "previous_signs_until": None}


def test_a_session_for_reading_changes_nothing(api: Api) -> None:
    session = token(filled(api), read_only=True)
    before = items(api)
    for operation in GUARDED:
        body = {"since": "2026-11-23T00:00:00Z"} if operation.path.endswith("r}/redeliver") else None

        answer = by(api, session, operation.verb, example(operation), body)

        reads = operation.verb == "GET" or operation.path.endswith("/preview")
        may = reads or (operation.path == "/v2/accounts/redeliver" and answer.status == 400)  # it has no span
        assert (answer.status == 403) == (not may), named(operation)
        if answer.status == 403 and named(operation) not in OUTLIVES:
            assert answer.message.startswith("this console session is read-only: ")
        assert items(api) == before, named(operation)
    assert api.stack.messages("RETRIES_QUEUE_URL") == []


@pytest.mark.parametrize("path", [f"/v2/fonenumbers/{MINE}/redeliver", "/v2/accounts/redeliver"])
def test_a_session_for_reading_counts_what_would_be_sent_again(api: Api, path: str) -> None:
    session = token(filled(api), read_only=True)
    body = {"since": "2026-11-23T00:00:00Z", "dry_run": True}

    assert by(api, session, "POST", path, body).json["redelivery"] == {"count": 0, "dry_run": True, "cursor": None}
    assert by(api, session, "POST", path, body | {"dry_run": False}).status == 403


OF_SOME = {
    "GET /v2/fonenumbers",
    "GET /v2/accounts/deliveries",
    "GET /v2/events",
    "GET /v2/events/{group}/{name}",
    f"GET {ABOUT}",
}
SETTING = {
    f"POST /v2/{group}/{name}" for group in ("messages", "calls", "faxes") for name in ("receive_notify", "send_notify")
} | {"POST /v2/messages/receive"}


def test_a_session_for_one_number_knows_no_other_and_no_account(api: Api) -> None:
    """A number of the same account that is not the session's looks as if it were nobody's."""
    session = token(filled(api), fonenumbers=[MINE])
    before = items(api)
    for operation in GUARDED:
        name = named(operation)
        body = {"fonenumber": THEIRS, **EMAIL} if name in SETTING else None

        answer = by(api, session, operation.verb, example(operation, fonenumber=THEIRS), body)

        if name in OF_SOME:
            assert (answer.status, THEIRS in answer.text) == (200, False), name
        elif name == "POST /v2/accounts/redeliver":
            assert answer.status == 400  # it has to name one
        else:
            assert answer.status == (403 if name in OUTLIVES else 404), (name, answer.text)
        assert items(api) == before, name


def test_a_session_for_one_number_may_do_all_with_it(api: Api) -> None:
    session = token(filled(api), fonenumbers=[MINE])
    for operation in GUARDED:
        if "{fonenumber}" in operation.path:
            ours = by(api, session, operation.verb, example(operation))
            plain = api.call(operation.verb, example(operation))

            assert ours.status == plain.status, (named(operation), ours.text)
            assert "no such number" not in ours.text


@pytest.mark.parametrize("number", ["+1 (321) 555-1212", "%2B13215551212", "321-555-1212"])
def test_a_number_of_a_session_may_be_written_in_any_way(api: Api, number: str) -> None:
    session = token(filled(api), fonenumbers=[MINE])

    assert by(api, session, "GET", f"/v2/fonenumbers/{number}").json["fonenumber"]["fonenumber"] == MINE
    assert by(api, session, "POST", "/v2/calls/send_notify", {"fonenumber": MINE, **EMAIL}).status == 200


@pytest.mark.parametrize("number", ["+1 (321) 555-9999", "%2B13215559999", "321-555-9999", "%25333215559999"])
def test_another_number_may_not_however_it_is_written(api: Api, number: str) -> None:
    session = token(filled(api), fonenumbers=[MINE])

    for path in ("", "/deliveries", "/health", "/messages/receive_notify/preview"):
        answer = by(api, session, "POST" if "preview" in path else "GET", f"/v2/fonenumbers/{number}{path}")
        assert answer.status in {400, 404}
        assert "a@example.com" not in answer.text


def test_the_account_s_own_callback_is_not_tried_out_by_way_of_a_number(api: Api) -> None:
    session = token(filled(api), fonenumbers=[MINE])

    for action in ("preview", "test"):
        for body in (None, {"callback": {"method": "JSON", "url": "https://my.example.com/cdr"}}):
            path = f"/v2/fonenumbers/{MINE}/accounts/cdr_notify/{action}"
            assert by(api, session, "POST", path, body).status == 404


def test_a_list_of_numbers_has_the_session_s_alone_and_goes_on_by_its_cursor(api: Api) -> None:
    numbers = [f"321555{one:04}" for one in (1000, 2000, 3000, 4000)]
    for number in numbers:
        api.post("/v2/messages/receive_notify", {"fonenumber": number, **EMAIL})
    session = token(api, fonenumbers=[numbers[3], numbers[1], numbers[2], THEIRS])

    pages: list[list[str]] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = by(api, session, "GET", f"/v2/fonenumbers?limit=2&filter=fonenumbers&cursor={cursor}").json
        pages.append(answer["fonenumbers"])
        cursor = answer["cursor"]

    assert pages == [[numbers[1], numbers[2]], [numbers[3]]]
    health = by(api, session, "GET", "/v2/fonenumbers?with=health").json["health"]
    assert [one["fonenumber"] for one in health] == numbers[1:]


@pytest.mark.parametrize("status", ["", "?status=attention"])
def test_a_list_of_deliveries_has_the_session_s_numbers_alone(api: Api, status: str) -> None:
    from tests.integration.api.test_api_page import OF_THE_ACCOUNT, OF_THE_NUMBER, failed  # noqa: PLC0415 - its samples

    others = failed("messages/receive_notify", "another", fonenumber=THEIRS)
    filled(api).stack.deliveries().record([OF_THE_NUMBER, OF_THE_ACCOUNT, others], parked=lambda _: False)
    session = token(api, fonenumbers=[MINE])

    def listed(query: str) -> list[str]:
        found = by(api, session, "GET", f"/v2/accounts/deliveries{query}").json
        return [one["id"] for one in found["deliveries"]]

    assert listed(status) == [OF_THE_NUMBER.id]
    more = f"{status}{'&' if status else '?'}fonenumber="
    assert listed(f"{more}{MINE}") == [OF_THE_NUMBER.id]
    for other in (THEIRS, "*"):
        assert by(api, session, "GET", f"/v2/accounts/deliveries{more}{other}").status == 404


def test_sending_again_over_the_account_names_a_number_of_the_session(api: Api) -> None:
    session = token(filled(api), fonenumbers=[MINE])
    body = {"since": "2026-11-23T00:00:00Z", "dry_run": True}

    answer = by(api, session, "POST", "/v2/accounts/redeliver", body)

    assert answer.message == "fonenumber: missing; this console session is limited to certain numbers: name one"
    statuses = [
        by(api, session, "POST", "/v2/accounts/redeliver", body | {"fonenumber": number}).status
        for number in (MINE, THEIRS, "*")
    ]
    assert statuses == [202, 404, 404]
