"""The catalogue, previews and tests."""

import json
from typing import Any

import pytest

from ringback.catalog.payload import CATALOGUE
from ringback.models import build_owner
from tests.integration.calling import ACCOUNT, NOW, Api, loopback
from tests.integration.receivers import Receiver
from tests.integration.stack import SENDER

NUMBER = "3215551212"
PATH = f"/v2/fonenumbers/{NUMBER}"
PASSWORD = "planted-password"
CALL_RECORD = '{"status":"END","uid":"7"}'


@pytest.fixture
def signed(api: Api) -> Api:
    """An account whose requests are signed, with two secrets at the moment."""
    api.post("/v2/accounts/signing_secret")
    api.post("/v2/accounts/signing_secret/rotate")
    return api


def callback(receiver: Receiver, **changes: str) -> dict[str, Any]:
    credentials = {"url_username": "user", "url_password": PASSWORD}
    return {"type": "Callback", "method": "POST", "url": receiver.text_url + "?m=((msg))", **credentials, **changes}


def test_the_catalogue_is_the_one_that_deliver_goes_by(api: Api) -> None:
    events = api.get("/v2/events").json["events"]

    assert [event["event"] for event in events] == list(CATALOGUE)
    for event in events:
        assert api.get(f"/v2/events/{event['event']}").json == {"event": event}
        assert event["example"] == dict(CATALOGUE[event["event"]].example)


@pytest.mark.parametrize("literal", ["1573204600.10000", "3.2155512e9", "9" * 5_000], ids=["id", "number", "long"])
def test_numbers_of_the_data_go_out_as_they_were_written(api: Api, receiver: Receiver, literal: str) -> None:
    fields = {"callback": {"type": "Callback", "method": "JSON", "url": receiver.text_url}, "data": {"msg": "X"}}
    body = json.dumps(fields).replace('"X"', literal)

    preview = api.post(f"{PATH}/messages/receive_notify/preview", body).json["preview"]
    api.post(f"{PATH}/messages/receive_notify/test", body)

    [sent] = receiver.received
    assert sent.body.decode() == preview["body"] == f'{{"message":"{literal}"}}'


@pytest.mark.parametrize("method", ["GET", "POST", "JSON"])
def test_a_preview_is_byte_for_byte_what_is_sent(signed: Api, receiver: Receiver, method: str) -> None:
    fields = {"fonenumber": NUMBER, **callback(receiver, method=method)}
    signed.post("/v2/messages/receive_notify", fields)
    data = {"msg": "50% off & ((from)) 😀", "to": NUMBER, "color": "red"}

    preview = signed.post(f"{PATH}/messages/receive_notify/preview", {"data": data})
    tested = signed.post(f"{PATH}/messages/receive_notify/test", {"data": data})

    assert (preview.status, tested.status) == (200, 200)
    shown, [sent] = preview.json["preview"], receiver.received
    assert f"{shown['method']} {shown['url'].removeprefix(receiver.text_url.removesuffix('/hook'))} HTTP/1.1" == (
        sent.line
    )
    assert (shown["body"] or "").encode() == sent.body
    headers = {header["name"].lower(): header["value"] for header in shown["headers"]}
    for name in ("user-agent", "accept", "content-type", "webhook-timestamp", "webhook-event", "webhook-attempt"):
        assert headers.get(name) == sent.headers.get(name)
    assert set(sent.headers) - set(headers) <= {"host", "accept-encoding", "content-length"}
    assert set(headers) <= set(sent.headers)
    assert (headers["authorization"], headers["webhook-signature"]) == ("Basic ********", "v1,******** v1,********")
    assert shown["unknown_fields"] == ["color"]
    assert PASSWORD not in preview.text + tested.text


def test_a_preview_of_a_mail_is_the_mail(api: Api) -> None:
    fields = {"type": "Email", "email": "a@example.com"}

    preview = api.post(f"{PATH}/calls/receive_notify/preview", {"callback": fields}).json["preview"]

    assert (preview["type"], preview["to"]) == ("Email", "a@example.com")
    assert preview["subject"] == "Call received on 321-555-1212 (calls/receive_notify)"
    assert "disposition: ANSWERED" in preview["text"]


def test_nothing_of_a_preview_is_sent_or_kept(api: Api, receiver: Receiver) -> None:
    answer = api.post(f"{PATH}/messages/send_notify/preview", {"callback": callback(receiver)})

    assert answer.status == 200
    assert receiver.received == []
    assert api.stack.items("DELIVERIES_TABLE") == []
    assert api.stack.items("CALLBACKS_TABLE") == []


def test_a_test_is_logged_with_its_reason_and_not_tried_again(api: Api, receiver: Receiver) -> None:
    receiver.status, receiver.body = 503, b"later"

    api.post("/v2/messages/send_notify", {"fonenumber": NUMBER, **callback(receiver)})
    answer = api.post(f"{PATH}/messages/send_notify/test")

    delivery = answer.json["delivery"]
    assert (answer.status, delivery["status"], delivery["next_attempt"]) == (200, "failed", None)
    [attempt] = delivery["attempts"]
    assert (attempt["reason"], attempt["outcome"], attempt["status"], attempt["excerpt"]) == (
        "test",
        "status",
        503,
        "later",
    )
    assert api.get(f"{PATH}/deliveries/{delivery['id']}").json == answer.json
    assert api.get(f"{PATH}/deliveries").json["deliveries"][0]["id"] == delivery["id"]
    assert api.post(f"{PATH}/deliveries/{delivery['id']}/redeliver").status == 409
    assert api.stack.messages("RETRIES_QUEUE_URL") == []


def test_two_tests_are_two_deliveries(api: Api, receiver: Receiver) -> None:
    ids = {
        api.post(f"{PATH}/messages/send_notify/test", {"callback": callback(receiver)}).json["delivery"]["id"]
        for _ in range(2)
    }

    assert len(ids) == len(receiver.received) == 2


def test_a_test_goes_through_the_guard(api: Api) -> None:
    """A name shows nothing when it is set; what it resolves to is judged when it is called."""
    api.parts.allowed_networks = ()
    fields = {"type": "Callback", "method": "GET", "url": "http://loopback.test/"}
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("ringback.ssrf.guard.Resolver.addresses", loopback)
        answer = api.post(f"{PATH}/messages/send_notify/test", {"callback": fields})

    [attempt] = answer.json["delivery"]["attempts"]
    assert (attempt["outcome"], attempt["detail"]) == ("special_address", "loopback.test: 127.0.0.1 is loopback")


def test_a_test_of_a_mail_sends_it(api: Api) -> None:
    api.post("/v2/messages/receive_notify", {"fonenumber": NUMBER, "type": "Email", "email": "a@example.com"})

    answer = api.post(f"{PATH}/messages/receive_notify/test")

    assert answer.json["delivery"]["status"] == "delivered"
    assert api.parts.settings.sender_address == SENDER


def test_an_account_s_callback_is_tried_out_by_number_and_a_message_s_by_giving_it(
    api: Api, receiver: Receiver
) -> None:
    api.post("/v2/accounts/cdr_notify", {"method": "JSON", "url": "https://my.example.com/((uid))"})

    cdr = api.post(f"{PATH}/accounts/cdr_notify/preview").json["preview"]
    confirm = api.post(f"{PATH}/messages/confirm/test", {"callback": {"url": receiver.text_url}})

    assert cdr["url"] == "https://my.example.com/1795455360.1187"
    assert confirm.json["delivery"]["status"] == "delivered"
    assert b'"deliverystate":"delivered"' in receiver.received[0].body


def test_an_unsaved_callback_keeps_the_stored_password_for_the_same_server_only(api: Api, receiver: Receiver) -> None:
    api.post("/v2/messages/receive_notify", {"fonenumber": NUMBER, **callback(receiver)})
    block = api.get(PATH).json["fonenumber"]["message_options"]["receive_notify"]

    api.post(f"{PATH}/messages/receive_notify/test", {"callback": block})
    with Receiver() as other:
        api.post(f"{PATH}/messages/receive_notify/test", {"callback": {**block, "url": other.text_url}})
        [elsewhere] = other.received

    assert "authorization" in receiver.received[0].headers
    assert "authorization" not in elsewhere.headers


def test_a_test_that_succeeds_turns_its_callback_on_again(api: Api, receiver: Receiver) -> None:
    api.post("/v2/messages/receive_notify", {"fonenumber": NUMBER, **callback(receiver)})
    key = build_owner(ACCOUNT, NUMBER), "messages/receive_notify"
    callback_set = api.parts.numbers.callback(key)
    assert callback_set
    assert api.parts.health.disable(callback_set, "the receiver answered 410 Gone", at=NOW)

    def is_off() -> bool:
        stored = api.parts.numbers.callback(key)
        return bool(stored and stored.disabled)

    receiver.status = 500
    api.post(f"{PATH}/messages/receive_notify/test")
    assert is_off()
    receiver.status = 200
    api.post(f"{PATH}/messages/receive_notify/test", {"callback": callback(receiver)})
    assert is_off()  # another one was tried out, though it looks the same
    api.post(f"{PATH}/messages/receive_notify/test")
    assert not is_off()


def test_a_test_of_a_mail_that_ses_took_turns_nothing_on(api: Api) -> None:
    """SES takes mail to any address and reports later that it bounced: only setting it again turns it on."""
    fields = {"fonenumber": NUMBER, "type": "Email", "email": "a@example.com"}
    api.post("/v2/messages/receive_notify", fields)
    key = build_owner(ACCOUNT, NUMBER), "messages/receive_notify"
    before = api.parts.numbers.callback(key)
    assert before
    assert api.parts.health.disable(before, "mail to this address bounced", at=NOW)

    assert api.post(f"{PATH}/messages/receive_notify/test").json["delivery"]["status"] == "delivered"

    assert api.parts.numbers.callback(key) != before
    api.post("/v2/messages/receive_notify", fields)
    assert api.parts.numbers.callback(key) == before


def test_a_stored_callback_that_breaks_a_newer_rule_is_told_so(api: Api) -> None:
    api.post(
        "/v2/messages/receive_notify", {"fonenumber": NUMBER, "type": "Callback", "method": "GET", "url": "https://a/"}
    )
    api.stack.dynamodb.update_item(
        TableName=api.stack.environment["CALLBACKS_TABLE"],
        Key={"owner": {"S": build_owner(ACCOUNT, NUMBER)}, "event": {"S": "messages/receive_notify"}},
        UpdateExpression="SET #url = :url",
        ExpressionAttributeNames={"#url": "url"},
        ExpressionAttributeValues={":url": {"S": "https://a:25/"}},
    )

    answer = api.post(f"{PATH}/messages/receive_notify/preview")

    assert (answer.status, answer.message[:12]) == (400, "url: port 25")


def test_the_account_s_own_callback_is_tried_like_a_number_s(api: Api) -> None:
    """With its own names of fields, and by its own rules; the test is in the log of no number."""
    path = "/v2/accounts/cdr_notify"
    missing = api.post(f"{path}/preview")
    refused = api.post(f"{path}/test", {"callback": {"method": "JSON", "url": "http://my.example.com/"}})
    api.post(path, {"method": "JSON", "url": "https://127.0.0.1/", "username": "user", "password": PASSWORD})

    shown = api.post(f"{path}/preview", {"data": {"uid": "7"}}).json["preview"]
    tested = api.post(f"{path}/test").json["delivery"]
    [listed] = api.get("/v2/accounts/deliveries?fonenumber=*").json["deliveries"]

    assert (missing.status, refused.status) == (404, 400)
    assert (shown["method"], shown["url"], shown["body"]) == (
        "POST",
        "https://127.0.0.1/",
        '{"status":"END","uid":"7"}',
    )
    assert {"name": "Authorization", "value": "Basic ********"} in shown["headers"]
    assert (tested["fonenumber"], tested["event"], tested["last_attempt"]["reason"]) == (
        "",
        "accounts/cdr_notify",
        "test",
    )
    assert listed["id"] == tested["id"]


def test_an_attempt_says_how_it_was_called_and_who_answered(api: Api, receiver: Receiver) -> None:
    """So that one before a change of the URL can be told from one after it; nothing that is secret is kept."""
    receiver.headers = {"Server": "nginx", "Set-Cookie": "session=1", "X-Request-Id": "7"}
    base = receiver.text_url
    trials = [callback(receiver, url=f"{base}?to=((to))&m=((msg))&key=k"), callback(receiver, method="GET", url=base)]
    data = {"to": NUMBER, "msg": "a secret"}

    tested = [
        api.post(f"{PATH}/messages/receive_notify/test", {"callback": trial, "data": data}).json["delivery"]
        for trial in trials
    ]

    attempts = [delivery["last_attempt"] for delivery in tested]
    assert [(attempt["method"], attempt["url"]) for attempt in attempts] == [
        ("POST", f"{base}?to={NUMBER}&m=********&key=********"),
        ("GET", base),
    ]
    assert {name.lower() for name in attempts[0]["headers"]} == {"server", "x-request-id"}
    assert "a%20secret" in receiver.received[0].line
    assert PASSWORD not in str(api.stack.items("DELIVERIES_TABLE"))
