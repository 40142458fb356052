"""Whatever a client gets wrong is told in one sentence, with its status; nothing is a fault of ours."""

from typing import Any

import pytest

from ringback.http.signature import encode_secret
from tests.integration.calling import OTHER_ACCOUNT, Api

NUMBER = "3215551212"
SET = {"fonenumber": NUMBER, "type": "Callback", "url": "https://my.example.com/", "method": "GET"}
SECRET = "planted-password"

NUMBER_RULE = (
    "; expected 10 digits as in 3215551212, + and a country code as in +4930123456, or a short code of 5 or 6 digits"
)
TOKENS = "messages/receive_notify has ((to)), ((from)), ((msg)), ((id))"

SETTINGS: list[tuple[dict[str, Any], str]] = [
    ({"fonenumber": None}, "fonenumber: missing" + NUMBER_RULE),
    ({"fonenumber": "321555121"}, 'fonenumber: given "321555121"' + NUMBER_RULE),
    ({"fonenumber": 3215551212}, "fonenumber: given 3215551212; expected text"),
    ({"type": "Webhook"}, 'type: given "Webhook"; messages/receive_notify allows None, Callback, Email'),
    ({"type": ""}, "type: missing; messages/receive_notify allows None, Callback, Email"),
    ({"type": ["None"]}, "type: given a list; expected text"),
    ({"method": "PATCH"}, 'method: given "PATCH"; messages/receive_notify allows GET, POST, JSON'),
    ({"method": None}, "method: missing; messages/receive_notify allows GET, POST, JSON"),
    ({"url_method": "POST"}, 'url_method: conflicts with its alias method: "GET" and "POST"'),
    (
        {"color": "red"},
        "color: unknown field; allowed: type, email, url, method, url_method, url_username, url_password",
    ),
    ({"url": None}, "url: missing; a Callback needs one"),
    ({"url": "my.example.com/"}, "url: not absolute; it starts with https:// or http:// and a host"),
    ({"url": "ftp://my.example.com/"}, 'url: given "ftp"://; allowed: https:// and http://'),
    ({"url": "https://a/?x=((mgs))"}, f'url: unknown token "mgs"; {TOKENS}; did you mean ((msg))?'),
    ({"url": "https://((from)).example.com/"}, "url: a token before the path"),
    ({"url": f"https://user:{SECRET}@a.example.com/"}, "url: a user name or password before the host"),
    ({"url": "https://10.0.0.1/hook"}, "url: 10.0.0.1 is private; callbacks go to public addresses only"),
    ({"url": "https://a.example.com:25/"}, "url: port 25; allowed: 80, 443, 1024 to 65535"),
    ({"url": "https://a.example.com/\\x"}, "url: a backslash at character 23"),
    ({"url_username": "u"}, "url_password: missing; url_username and url_password go together"),
    ({"url_username": "u:v", "url_password": SECRET}, "url_username: it has a colon"),
    ({"url_username": "u", "url_password": f"{SECRET}\n"}, "url_password: it has a control character"),
    (
        {"type": "Email", "email": "a@example.com,b@example.com"},
        'email: given "a@example.com,b@example.com"; expected one',
    ),
    ({"type": "Email"}, "email: missing; expected one address"),
]


@pytest.mark.parametrize(("changes", "message"), SETTINGS, ids=[message for _, message in SETTINGS])
def test_a_setting_that_breaks_a_rule(shared_api: Api, changes: dict[str, Any], message: str) -> None:
    answer = shared_api.post("/v2/messages/receive_notify", SET | changes)

    assert answer.status == 400
    assert answer.message.startswith(message)
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("path", "changes", "message"),
    [
        ("messages/receive", {"method": "GET"}, 'method: given "GET"; messages/receive allows POST, JSON'),
        ("messages/receive", {"type": "Email"}, "email: missing; expected one address"),
        ("messages/receive", {"type": "Device"}, 'type: given "Device"; messages/receive allows None, URL, Email'),
        ("messages/receive", {"type": "forward"}, 'type: given "forward"; messages/receive allows None, URL, Email'),
        (
            "messages/receive",
            {"value": f"https://a.example.com/?k={SECRET}"},
            "value: conflicts with its alias url: they differ",
        ),
        (
            "messages/receive",
            {"method": "POST", "url": None, "value": f"https://a.example.com/((sms))?k={SECRET}"},
            'value: unknown token "sms"; messages/receive has ((to)), ((from)), ((msg)), ((id))',
        ),
        (
            "messages/receive",
            {"type": "Email", "value": f"https://a.example.com/?k={SECRET}"},
            "value: given a URL; expected one address",
        ),
        ("messages/receive", {"method": None, "url_method": "PUT"}, 'url_method: given "PUT"; messages/receive allows'),
        ("accounts/cdr_notify", {"method": "GET"}, 'method: given "GET"; accounts/cdr_notify allows POST, JSON'),
        (
            "accounts/cdr_notify",
            {"method": "POST", "url": "http://a.example.com/"},
            "url: given http://; this event takes https:// only",
        ),
        (
            "accounts/cdr_notify",
            {"account_id": OTHER_ACCOUNT},
            'account_id: given "2000002"; expected 1000001, or leave it out',
        ),
        (
            "accounts/cdr_notify",
            {"method": "POST", "password": SECRET, "url_password": "x"},
            "password: conflicts with its alias url_password",
        ),
    ],
)
def test_an_event_with_rules_of_its_own(shared_api: Api, path: str, changes: dict[str, Any], message: str) -> None:
    fields = {name: value for name, value in SET.items() if path.startswith("messages") or name != "fonenumber"}

    answer = shared_api.post(f"/v2/{path}", fields | changes)

    assert answer.status == 400
    assert answer.message.startswith(message)
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"fonenumber": {"fonenumber": "3215559999"}}, 'fonenumber: given "3215559999"; the path has 3215551212'),
        (
            {"fonenumber": {"sms_options": {"receive_notify": {}}, "message_options": {}}},
            "sms_options: conflicts with its alias message_options: they differ",
        ),
        (
            {"fonenumber": {"message_options": {"receive_notify": {"type": "None", "fonenumber": NUMBER}}}},
            "fonenumber.message_options.receive_notify.fonenumber: unknown field; allowed: type, email, url, method",
        ),
        (
            {"fonenumber": {"message_options": {"lost": {}}}},
            "fonenumber.message_options.lost: unknown field; allowed: rec",
        ),
        ({"fonenumber": {"message_options": "None"}}, 'fonenumber.message_options: given "None"; expected an object'),
        (
            {"fonenumber": {"fax_options": {"send_notify": {"type": 1}}}},
            "fonenumber.fax_options.send_notify.type: given 1;",
        ),
        ({"fonenumber": {}, "extra": 1}, "extra: unknown field; allowed: fonenumber, message_options, call_options, "),
        ({"fonenumber": {}, "fax_options": {}}, "fax_options: outside the object fonenumber; put it inside"),
        ({"fonenumber": "3215559999"}, 'fonenumber: given "3215559999"; the path has 3215551212'),
        ({"fonenumber": []}, "fonenumber: given a list; expected an object"),
        (
            {"sms_options": {"lost": {}}},
            "sms_options.lost: unknown field; allowed: receive_notify, send_notify, receive",
        ),
        (
            {"call_options": {"receive": {"type": "Device", "value": "535923697376"}}},
            "call_options.receive: unknown field; allowed: receive_notify, send_notify",
        ),
        ({"type": "Forward", "value": "3215553333"}, 'type: given "Forward"; messages/receive allows None, URL, Email'),
        ({"type": "URL", "value": "ftp://a/", "url_method": "POST"}, 'value: given "ftp"://; allowed: https:// and '),
    ],
)
def test_a_put_that_cannot_be_meant(shared_api: Api, fields: dict[str, Any], message: str) -> None:
    answer = shared_api.put(f"/v2/fonenumbers/{NUMBER}", fields)

    assert answer.status == 400
    assert answer.message.startswith(message)


BODIES: list[tuple[str, dict[str, Any], int, str]] = [
    ("broken JSON", {"body": '{"type":'}, 400, "body: not JSON: Expecting value: line 1 column 9 (char 8)"),
    ("no object", {"body": '["None"]'}, 400, "body: given a list; expected an object of fields"),
    ("twice", {"body": '{"type":"None","type":"Email"}'}, 400, "type: given twice"),
    ("no body", {}, 400, "body: missing"),
    ("not UTF-8", {"raw": b'{"type":"\xff"}'}, 400, "body: not UTF-8"),
    ("1 MiB", {"body": "x" * 1_048_576}, 413, "body: 1,048,576 bytes; the maximum is 262,144"),
    (
        "XML",
        {"raw": b"<x/>", "headers": {"content-type": "text/xml"}},
        415,
        'Content-Type: given "text/xml"; expected ',
    ),
    ("a form twice", {"form": "type=None&type=Email"}, 400, "type: given twice"),
]


@pytest.mark.parametrize(("request_", "status", "message"), [row[1:] for row in BODIES], ids=[row[0] for row in BODIES])
def test_a_body_that_cannot_be_read(shared_api: Api, request_: dict[str, Any], status: int, message: str) -> None:
    answer = shared_api.post("/v2/messages/receive_notify", **request_)

    assert answer.status == status
    assert answer.message.startswith(message)


NUMBER_PATH = f"/v2/fonenumbers/{NUMBER}"
LOST = "01a2097a9c0085c1d2f3a4b5c6d7e8f9"
REQUESTS: list[tuple[str, str, Any, int, str]] = [
    ("GET", "/v2/fonenumbers/123", None, 400, 'fonenumber: given "123"'),
    ("GET", "/v2/fonenumbers?limit=0", None, 400, 'limit: given "0"; must be at least 1'),
    ("GET", "/v2/fonenumbers?limit=101", None, 400, 'limit: given "101"; must be at most 100'),
    ("GET", "/v2/fonenumbers?limit=1&limit=2", None, 400, "limit: given "),
    ("GET", "/v2/fonenumbers?page=2", None, 400, "page: unknown parameter; allowed: limit, cursor, filter"),
    ("GET", "/v2/fonenumbers?filter=some", None, 400, 'filter: given "some"; allowed: all, fonenumbers'),
    ("GET", f"/v2/accounts/{OTHER_ACCOUNT}", None, 404, 'no such account: "2000002"; yours is 1000001'),
    ("GET", "/v2/fonenumbers?cursor=x", None, 400, "cursor: not a cursor of this list"),
    ("GET", "/v2/events/messages/lost", None, 404, 'event: given "messages/lost"; allowed: messages/receive_notify, '),
    (
        "GET",
        f"{NUMBER_PATH}/deliveries?status=lost",
        None,
        400,
        'status: given "lost"; allowed: pending, delivered, failed, ',
    ),
    (
        "GET",
        f"{NUMBER_PATH}/deliveries?event=lost",
        None,
        400,
        'event: given "lost"; allowed: messages/receive_notify, ',
    ),
    (
        "GET",
        f"{NUMBER_PATH}/deliveries?since=now",
        None,
        400,
        'since: given "now"; expected ISO 8601, as in 2026-11-23T17:36',
    ),
    (
        "GET",
        f"{NUMBER_PATH}/deliveries?since=1795120112345",
        None,
        400,
        'since: given "1795120112345"; expected ISO 8601',
    ),
    (
        "GET",
        f"{NUMBER_PATH}/deliveries?until=1795120112345",
        None,
        400,
        'until: given "1795120112345"; expected ISO 8601',
    ),
    ("GET", f"{NUMBER_PATH}/deliveries?since=2026-02&until=2026-01", None, 400, "since: given"),
    (
        "GET",
        f"{NUMBER_PATH}/deliveries?since=2026-02-01&until=2026-01-01",
        None,
        400,
        'until: given "2026-01-01", which is earlier than since',
    ),
    ("GET", f"{NUMBER_PATH}/deliveries/{LOST}", None, 404, f"no such delivery: {LOST}"),
    ("GET", f"{NUMBER_PATH}/deliveries/1", None, 404, 'no such delivery: "1"; an id has 32 hexadecimal digits'),
    ("POST", f"{NUMBER_PATH}/deliveries/{LOST}/redeliver", None, 404, "no such delivery"),
    ("POST", f"{NUMBER_PATH}/redeliver", {}, 400, "since: missing"),
    ("POST", f"{NUMBER_PATH}/redeliver", {"since": "x"}, 400, 'since: given "x"; expected ISO 8601'),
    (
        "POST",
        f"{NUMBER_PATH}/redeliver",
        {"since": "2026-01-01", "status": 1},
        400,
        "status: given 1; allowed: pending",
    ),
    (
        "POST",
        f"{NUMBER_PATH}/redeliver",
        {"since": "2026-01-01", "dry_run": "x"},
        400,
        'dry_run: given "x"; expected true or',
    ),
    (
        "POST",
        f"{NUMBER_PATH}/redeliver",
        {"since": "2026-01-01", "cursor": "x"},
        400,
        "cursor: not a cursor of this list",
    ),
    ("POST", f"{NUMBER_PATH}/messages/lost/preview", None, 404, 'event: given "messages/lost"; allowed'),
    (
        "POST",
        f"{NUMBER_PATH}/messages/send_notify/preview",
        None,
        404,
        "messages/send_notify of 3215551212 is not set;",
    ),
    (
        "POST",
        f"{NUMBER_PATH}/messages/confirm/test",
        None,
        400,
        "callback: missing; that of messages/confirm is never stored",
    ),
    (
        "POST",
        f"{NUMBER_PATH}/messages/send_notify/test",
        {"callback": {"type": None}},
        400,
        "callback.type: given None;",
    ),
    (
        "POST",
        f"{NUMBER_PATH}/messages/send_notify/test",
        {"callback": {"type": "Callback", "url": "https://a/((x))", "method": "GET"}},
        400,
        'callback.url: unknown token "x"',
    ),
    (
        "POST",
        f"{NUMBER_PATH}/messages/send_notify/preview",
        {"data": []},
        400,
        "data: given a list; expected an object",
    ),
    (
        "POST",
        f"{NUMBER_PATH}/messages/send_notify/preview",
        {"data": {"to": {}}},
        400,
        "data.to: given an object; expected text",
    ),
    (
        "POST",
        f"{NUMBER_PATH}/calls/send_notify/preview",
        {"data": {"billable_seconds": "x"}},
        400,
        "data.billable_seconds: giv",
    ),
    ("PUT", "/v2/accounts/contact", {}, 400, "email: missing"),
    ("PUT", "/v2/accounts/contact", {"email": "a@b@c"}, 400, 'email: given "a@b@c"; expected one bare address'),
    ("POST", "/v2/accounts/signing_secret/rotate", None, 404, "there is no signing secret to rotate"),
    ("POST", "/v2/accounts/signing_secret?x=1", None, 400, "x: unknown parameter; allowed: none"),
    ("GET", "/v2/nothing", None, 404, "no such path; GET /v2/openapi.json lists all paths"),
    ("GET", "/v2/fonenumbers//", None, 404, "no such path"),
    ("GET", "/", None, 404, "no such path"),
    ("GET", '/v2/fonenumbers/"', None, 404, "no such path"),
]


@pytest.mark.parametrize(
    ("verb", "url", "body", "status", "message"), REQUESTS, ids=[f"{r[0]} {r[1]} {r[4]}" for r in REQUESTS]
)
def test_a_request_that_cannot_be_meant(  # noqa: PLR0913, PLR0917 - a row of the table
    shared_api: Api, verb: str, url: str, body: object, status: int, message: str
) -> None:
    answer = shared_api.call(verb, url, body)

    assert (answer.status, answer.message[: len(message)]) == (status, message)


@pytest.mark.parametrize("verb", ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"])
def test_a_verb_that_a_route_lacks(shared_api: Api, verb: str) -> None:
    answer = shared_api.call(verb, "/v2/messages/receive_notify")

    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert answer.message == f"{verb} is not allowed on this path; allowed: POST"


SIGNING = "/v2/accounts/signing_secret"
OWN_SECRET = encode_secret(bytes(range(24)))
BAD_SECRETS: list[tuple[object, str]] = [
    ({"secret": "planted-secret"}, "secret: it does not start with whsec_; expected whsec_ and 24 to 64 random bytes"),
    ({"secret": ""}, "secret: it does not start with whsec_; "),
    ({"secret": OWN_SECRET.replace("whsec_", "WHSEC_")}, "secret: it does not start with whsec_; "),
    (
        {"secret": "whsec_planted secret"},
        "secret: what follows whsec_ is not base64 with its padding; expected whsec_ and",
    ),
    ({"secret": f"{OWN_SECRET}\n"}, "secret: what follows whsec_ is not base64 with its padding; "),
    (
        {"secret": encode_secret(bytes(range(32))).rstrip("=")},
        "secret: what follows whsec_ is not base64 with its padding; ",
    ),
    ({"secret": "whsec_"}, "secret: given 0 bytes in base64; "),
    (
        {"secret": encode_secret(b"planted-secret")},
        "secret: given 14 bytes in base64; expected whsec_ and 24 to 64 random by",
    ),
    ({"secret": encode_secret(bytes(65))}, "secret: given 65 bytes in base64; "),
    ({"secret": encode_secret(bytes(100_000))}, "secret: given 100,000 bytes in base64; "),
    ({"secret": 4711471147114711}, "secret: given a number; expected text"),
    ({"secret": ["planted-secret"]}, "secret: given a list; expected text"),
    ({"sekret": OWN_SECRET}, "sekret: unknown field; allowed: secret"),
    ({"secret": OWN_SECRET, "created": "now"}, "created: unknown field; allowed: secret"),
    ([OWN_SECRET], "body: given a list; expected an object of fields"),
]


@pytest.mark.parametrize("path", [SIGNING, f"{SIGNING}/rotate"])
@pytest.mark.parametrize(
    ("body", "message"), BAD_SECRETS, ids=[f"{number} {row[1]}" for number, row in enumerate(BAD_SECRETS)]
)
def test_a_bad_secret_is_refused_without_being_repeated(
    shared_api: Api, path: str, body: dict[str, object], message: str
) -> None:
    answer = shared_api.post(path, body)

    assert (answer.status, answer.message[: len(message)]) == (400, message)
    for told in ("planted", "4711", OWN_SECRET[8:]):
        assert told not in answer.text
    assert shared_api.get(SIGNING).json["signing_secret"]["exists"] is False
