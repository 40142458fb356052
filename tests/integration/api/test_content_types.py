"""What clients send around a request, and in place of a body: each row is one that somebody's server once refused."""

import json
import re
from typing import Any

import pytest

from api import app
from api.gateway.cursor import invalid_cursor
from ringback.models import build_owner
from tests.integration.calling import ACCOUNT, Api, cursors_of

NUMBER = "3215551212"
SET = "/v2/messages/receive_notify"
PREVIEW = f"/v2/fonenumbers/{NUMBER}/messages/receive_notify/preview"
LOST = f"/v2/fonenumbers/{NUMBER}/deliveries/01a2097a9c0085c1d2f3a4b5c6d7e8f9/redeliver"
FORM = "application/x-www-form-urlencoded"
FIELDS = {"fonenumber": NUMBER, "type": "Callback", "method": "GET", "url": "https://my.example.com/"}
SECRET = "planted-password"


@pytest.fixture(scope="module")
def client(shared_api: Api) -> Api:
    """A customer with one callback."""
    shared_api.post(SET, FIELDS)
    return shared_api


NO_BODY = {
    "curl -X POST": {},
    "curl -H 'Content-Type:'": {"content-type": ""},
    "axios, Guzzle, fetch with a header for everything": {"content-type": "application/json"},
    "rest-assured": {"content-type": "application/json; charset=ISO-8859-1"},
    "Ruby's Net::HTTP, axios from 0.27 on": {"content-type": FORM},
    "HttpURLConnection": {"content-type": f"{FORM}; charset=UTF-8"},
    "Internet Explorer's XMLHttpRequest": {"content-type": "text/plain;charset=UTF-8"},
    "Firefox's XMLHttpRequest": {"content-type": "text/plain"},
    "Chrome's XMLHttpRequest": {"content-type": "application/xml"},
    "HttpClient, PowerShell with -InFile": {"content-type": "application/octet-stream"},
    "RestSharp": {"content-type": "multipart/form-data; boundary=x"},
    "multipart without a boundary": {"content-type": "multipart/form-data"},
    "WinHTTP in capitals": {"content-type": "APPLICATION/JSON"},
    "libmagic": {"content-type": "; charset=binary"},
    "a header that was left empty twice": {"content-type": ","},
    "a proxy that says how nothing is packed": {"content-type": "application/json", "content-encoding": "gzip"},
}


@pytest.mark.parametrize("headers", NO_BODY.values(), ids=NO_BODY)
@pytest.mark.parametrize("body", [None, b"", b" \r\n"], ids=["no body", "empty", "line break"])
def test_where_no_body_is_needed_none_is_read_whatever_it_is_said_to_be(
    client: Api, headers: dict[str, str], body: bytes | None
) -> None:
    assert client.post(PREVIEW, headers=headers, raw=body).status == 200
    assert client.post(LOST, headers=headers, raw=body).status == 404
    assert client.get("/v2/events", headers=headers, raw=body).status == 200
    needed = client.put("/v2/accounts/contact", headers=headers, raw=body)
    assert (needed.status, needed.message) == (400, "body: missing")


@pytest.mark.parametrize("body", [b"null", b"[]", b"{}", b" {} ", b"\xef\xbb\xbf{}", b"\xef\xbb\xbf"])
def test_a_body_that_says_nothing_is_as_good_as_none(client: Api, body: bytes) -> None:
    """`axios.post(url, null)` sends `null`, Laravel's `Http::post($url)` an empty array, many an empty object."""
    headers = {"content-type": "application/json"}

    assert client.post(PREVIEW, headers=headers, raw=body).status == 200
    assert client.post(LOST, headers=headers, raw=body).status == 404
    assert client.get("/v2/events", headers=headers, raw=body).status == 200


LABELS = {
    "said nothing": None,
    "OkHttp": "application/json; charset=utf-8",
    ".NET's StringContent": 'application/json; charset="utf-8"',
    "utf8": "application/json;charset=utf8",
    "capitals": "APPLICATION/JSON;CHARSET=UTF-8",
    "Jersey": "application/json; charset = UTF_8",
    "single quotes": "application/json; charset='utf-8'",
    "no name": "application/json; utf-8",
    "a trailing semicolon": "application/json;",
    "something else beside": "application/json; charset=utf-8; foo; odata=verbose",
    "an empty charset": "application/json; charset=",
    "us-ascii": "application/json; charset=us-ascii",
    "Apache's StringEntity": "application/json; charset=ISO-8859-1",
    "MySQL's name": "application/json; charset=utf8mb4",
    "nobody's name": "application/json; charset=none",
    "PowerShell": "application/json; charset=utf-16",
    "JSON:API": "application/vnd.api+json",
    "CloudEvents": "application/cloudevents+json; charset=utf-8",
    "Swashbuckle": "application/json-patch+json",
    "older .NET": "text/json",
    "before RFC 4627": "application/x-json",
    "twice": "application/json, application/json; charset=utf-8",
}


@pytest.mark.parametrize("label", LABELS.values(), ids=LABELS)
def test_json_under_any_of_its_labels(client: Api, label: str | None) -> None:
    headers = {} if label is None else {"content-type": label}

    answer = client.post(SET, headers=headers, raw=json.dumps(FIELDS).encode())

    assert answer.status == 200, answer.text


@pytest.mark.parametrize(
    "label",
    [
        FORM,
        FORM.upper(),
        f"{FORM}; charset=utf8",
        f"{FORM}; charset=ISO-8859-1",
        f"{FORM};charset=windows-1252",
        f"{FORM}; charset=x-windows-949",
        f"{FORM}; charset=GBK",
        f"{FORM}, {FORM}",
    ],
)
def test_a_form_that_is_ascii_is_readable_under_the_name_of_any_charset(client: Api, label: str) -> None:
    body = b"fonenumber=3215551212&type=Callback&method=GET&url=https%3A%2F%2Fmy.example.com%2F"

    assert client.post(SET, headers={"content-type": label}, raw=body).status == 200


LOST_BYTES = "body: not UTF-8; if you mean U+FFFD, write it as \\ufffd"
"""API Gateway makes text of `application/json`, and that of what is no UTF-8."""


def previewed(api: Api, label: str, body: bytes) -> Any:
    """The text of a message as a receiver would get it."""
    answer = api.post(PREVIEW, headers={"content-type": label}, raw=body)
    return json.loads(answer.json["preview"]["body"])["message"]


@pytest.mark.parametrize(
    ("charset", "encoded"),
    [
        ("utf-8", b"caf\xc3\xa9"),
        ("utf8", b"caf\xc3\xa9"),
        ("us-ascii", b"caf\xc3\xa9"),
        ("iso-8859-1", b"caf\xe9"),
        ("latin1", b"caf\xe9"),
        ("ISO_8859-15", b"caf\xe9"),
        ("windows-1252", b"caf\xe9"),
    ],
)
def test_other_letters_are_read_by_the_charset_that_is_said(client: Api, charset: str, encoded: bytes) -> None:
    callback = b'{"type":"Callback","method":"JSON","url":"https://my.example.com/"}'
    form = b"callback[type]=Callback&callback[method]=JSON&callback[url]=https://my.example.com/&data[msg]="
    escaped = b"".join(b"%%%02X" % byte for byte in encoded)

    as_json = previewed(
        client,
        f"application/x-json; charset={charset}",
        b'{"callback":' + callback + b',"data":{"msg":"' + encoded + b'"}}',
    )
    as_form = [previewed(client, f"{FORM}; charset={charset}", form + text) for text in (encoded, escaped)]

    assert [as_json, *as_form] == ["café"] * 3


REFUSED = [
    ("text/plain", b"{}", 'Content-Type: given "text/plain"; expected application/json or application/x-www-form-'),
    ("JSON", b"{}", 'Content-Type: given "JSON"; expected '),
    (f"{FORM}, application/json", b"{}", 'Content-Type: given "application/x-www-form-urlencoded, application/json"; '),
    (f"{FORM}; charset=GBK", b"type=%D6%D0", 'Content-Type: given "application/x-www-form-urlencoded; charset=GBK"; '),
    (f"{FORM}; charset=utf-16", b"t%00y%00p%00e%00", "Content-Type: given "),
    ("application/json; charset=utf-16", b"\xff\xfe{\0}\0", "Content-Type: given "),
    ("application/json; charset=x", '{"type":"é"}'.encode(), 'Content-Type: given "application/json; charset=x"; '),
    (
        FORM,
        b'{"url_password":"planted-password"}',
        "Content-Type: given a form, but the body is JSON; send application/",
    ),
    (FORM, b'[{"url_password":"planted-password"}]', "Content-Type: given a form, but the body is JSON; send applicat"),
]


@pytest.mark.parametrize(("label", "body", "message"), REFUSED)
def test_a_label_that_leaves_doubts_is_refused_with_what_is_taken(
    client: Api, label: str, body: bytes, message: str
) -> None:
    answer = client.post(SET, headers={"content-type": label}, raw=body)

    assert (answer.status, answer.message[: len(message)]) == (415, message)
    assert SECRET not in answer.text


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "identity, br", "deflate"])
def test_a_compressed_body_is_refused_for_that(client: Api, coding: str) -> None:
    headers = {"content-type": "application/json", "content-encoding": coding}

    answer = client.post(SET, headers=headers, raw=b"\x1f\x8b\x08\x00")

    assert (answer.status, answer.headers["accept-encoding"]) == (415, "identity")
    assert answer.message == f'Content-Encoding: given "{coding}"; send the body uncompressed'


@pytest.mark.parametrize("coding", ["identity", "", "utf-8"])
def test_an_encoding_that_is_none_does_no_harm(client: Api, coding: str) -> None:
    """`Content-Encoding: utf-8` is what some write who mean a charset."""
    headers = {"content-type": "application/json", "content-encoding": coding}

    assert client.post(SET, headers=headers, raw=json.dumps(FIELDS).encode()).status == 200


@pytest.mark.parametrize(
    ("label", "body", "message"),
    [
        ("application/vnd.api+json; charset=windows-1252", b'{"type":"\x81"}', "body: not Windows-1252"),
        ("application/json; charset=iso-8859-1", b'{"type":"\xe9"}', LOST_BYTES),
        ("application/json", b'{"type":"\xe9"}', LOST_BYTES),
        (f"{FORM}; charset=utf8", b"type=%E9", "body: the form is not UTF-8"),
        (FORM, b"type=\xe9", "body: not UTF-8"),
        (FORM, b"a" + b"[a]" * 10_000 + b"=1", "body: nested too deeply; the maximum is 8 levels"),
        ("application/json", b'{"a":' * 9 + b"1" + b"}" * 9, "body: nested too deeply; the maximum is 8 levels"),
        (
            "application/json",
            b'{"data":' + b"[" * 900 + b"]" * 900 + b"}",
            "body: nested too deeply; the maximum is 8 levels",
        ),
        ("application/json", b'{"a":' * 40_000, "body: nested too deeply; the maximum is 8 levels"),
    ],
    ids=["0x81", "0xE9 as text", "no charset", "%E9", "0xE9", "form", "object", "lists", "unfinished"],
)
def test_a_body_that_cannot_be_read_is_told_why(client: Api, label: str, body: bytes, message: str) -> None:
    for path in (SET, PREVIEW, LOST):
        answer = client.post(path, headers={"content-type": label}, raw=body)

        assert (answer.status, answer.message) == (400, message)


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("GET", "/v2/events"),
        ("GET", f"/v2/fonenumbers/{NUMBER}/deliveries"),
        ("POST", LOST),
        ("POST", LOST.replace(f"fonenumbers/{NUMBER}", "accounts")),
    ],
)
@pytest.mark.parametrize("body", [{"status": "failed"}, {"since": None}])
def test_a_field_that_nobody_reads_is_refused(client: Api, verb: str, path: str, body: dict[str, Any]) -> None:
    """A filter that a client puts into the body of a GET would be silence about a mistake."""
    answer = client.call(verb, path, body)

    assert (answer.status, answer.message) == (
        400,
        f"{next(iter(body))}: unknown field; this request has no body fields",
    )


@pytest.mark.parametrize(
    "query", ["limit=1&limit=2", "limit=1&limit=1", "cursor=a&limit=1&cursor=b", "status=failed&status=pending"]
)
def test_a_parameter_is_given_once(client: Api, query: str) -> None:
    answer = client.get(f"/v2/fonenumbers/{NUMBER}/deliveries?{query}")

    assert (answer.status, answer.message) == (400, f"{query.partition('=')[0]}: given twice")


@pytest.mark.parametrize(
    "position",
    ["0", "z" * 64, ".", f"{'0' * 32}.{'9' * 14}", f"{'0' * 32}.x", f"{'f' * 32}.1", ".1", "0.1.1", "f" * 32],
)
def test_a_position_that_no_page_ended_with_is_told_so(client: Api, position: str) -> None:
    """Should anybody have the key."""
    cursor_for = cursors_of(client).cursor_for
    owner, span = build_owner(ACCOUNT, NUMBER), ("2026-11-23T14:00:00.000Z", "2026-11-23T15:00:00.000Z")
    query = f"since={span[0]}&until={span[1]}&status=failed"

    listed = client.get(
        f"/v2/fonenumbers/{NUMBER}/deliveries?{query}&cursor={cursor_for(position, owner, 'failed', *span)}"
    )
    sent = client.post(
        f"/v2/fonenumbers/{NUMBER}/redeliver",
        {"since": span[0], "until": span[1], "cursor": cursor_for(position, owner, "failed", *span)},
    )
    numbers = client.get(f"/v2/fonenumbers?cursor={cursor_for(position, ACCOUNT)}")

    assert [answer.status for answer in (listed, sent, numbers)] == [400, 400, 200]
    assert listed.message == sent.message == str(invalid_cursor())


ODD_QUERIES = [
    "x=1",
    "=",
    "&&",
    "%",
    "limit=%00",
    f"limit={'9' * 5_000}",
    f"cursor={'A' * 3_000}",
    "since=",
    "%ED%A0%80=1",
]
ODD_JSON = [b"1", b'"x"', b"[{}]", b"{", b"\xff", b"\0", b'{"":""}', b'{"\\ud800":"\\ud800"}', b'{"fonenumber":{}}']
ODD_JSON += [b'{"callback":null,"data":{"":1e999}}', b'{"since":1}', b'{"email":"\\ud800@a.example"}', b'{"secret":{}}']
ODD_FORMS = [
    b"=",
    b"&",
    b"a",
    b"%",
    b"%00=%00",
    b"a[]=1",
    b"%ED%A0%80=1",
    b"callback=",
    b"fonenumber[message_options]=",
]


@pytest.mark.parametrize(
    ("verb", "path"),
    [(verb, path) for path in app.api.paths for verb in app.api.paths[path] if path.startswith("/v2/")],
)
def test_nothing_that_a_client_sends_is_a_fault_of_ours(client: Api, verb: str, path: str) -> None:
    names = {"fonenumber": NUMBER, "delivery": "f" * 32, "group": "messages", "name": "receive", "account_id": ACCOUNT}
    odd_paths = [re.sub(r"\{\w+\}", part, path) for part in ("%00", "%ff", "a" * 3_000, "%F0%9F%98%80", "%2f", "..")]
    url = path.format(**names)

    answers = [client.call(verb, odd) for odd in odd_paths if odd != path]
    answers += [client.call(verb, f"{url}?{query}") for query in ODD_QUERIES]
    for label, bodies in (("application/json", ODD_JSON), (FORM, ODD_FORMS)):
        answers += [client.call(verb, url, raw=body, headers={"content-type": label}) for body in bodies]

    assert {answer.status for answer in answers} <= {200, 201, 400, 404, 409, 415}
    assert all(answer.message for answer in answers if answer.status >= 400)
