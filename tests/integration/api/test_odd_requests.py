"""Whatever stands in whichever part of a request, the answer is about the request: never a fault of ours."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from api import app
from local.invocation import Context
from tests.integration.calling import ACCOUNT, Api, request

ODD = (
    *("", "0", "-1", "1.5", "9" * 400, "1e400", "NaN", "null", "true", "[]", "{}", "[" * 5_000, '{"a":' * 3_000, "{}x"),
    *("\0", "\ufffd", "\ufeff{}", "\r\nX: y", "\u202e", "é", "中" * 1_000, "😀", "%", "%zz", "%00", "../..", "//", "#"),
    *("((msg))", "((", "{{" * 500, "https://" + "中" * 1_000, "https://h:" + "9" * 4_000, "http://[::1]:99999/"),
    *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "0000-00-00", "__proto__", "a[b][c", "[[[[=", "~"),
    *("whsec_" + "A" * 5_000, "ff" * 16, "\u0661", "'\"<script>", ";,=", "a" * 9_000, '"\\ud800"', "\ud800"),
)
"""Numbers that are too large, text of other alphabets, what closes nothing, and half characters."""

PLACES = ("path", "query", "raw query", "header", "JSON", "field", "value", "form", "base64")

PARAMETERS = {"fonenumber": "3215551212", "group": "messages", "name": "receive_notify", "delivery": "0" * 32}
QUERY = ("status", "event", "since", "until", "limit", "cursor", "filter")
FIELDS: dict[str, Any] = {
    "fonenumber": "3215551212",
    "type": "Callback",
    "method": "GET",
    "url": "https://my.example.com/",
}


@pytest.mark.parametrize("operation", [f"{verb} {path}" for path in app.api.paths for verb in app.api.paths[path]])
def test_no_odd_request_is_a_fault_of_ours(shared_api: Api, operation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A third of the texts, each in another part of it; another operation has others, in other parts."""
    monkeypatch.setattr("ringback.ssrf.resolver.Resolver.addresses", nowhere)
    verb, path = operation.split(" ")

    for event in events(verb, path):
        answer = app.lambda_handler(event, Context(function_name="api"))  # type: ignore[arg-type] # all that is read
        assert answer["statusCode"] < 500, event
        json.dumps(answer).encode()

    assert shared_api.get("/v2/events").status == 200


async def nowhere(*_: object) -> tuple[str, ...]:
    """What hosts resolve to, so that nothing is sent."""
    return ("10.0.0.1",)


def events(verb: str, path: str) -> Iterator[dict[str, Any]]:
    """One request for each of a third of the odd texts."""
    first = sum(f"{verb} {path}".encode())
    for number, text in enumerate(ODD[first % 3 :: 3], start=first // 3):
        yield odd_request(verb, path, text, PLACES[number % len(PLACES)])


def odd_request(verb: str, path: str, text: str, place: str) -> dict[str, Any]:
    """A request with *text* in that part of it, as API Gateway hands it on."""
    headers = {"content-type": "application/json", "accept-encoding": text if place == "header" else "gzip"}
    event = request(verb, "/", headers=headers, account=ACCOUNT)
    for name, usual in PARAMETERS.items():
        path = path.replace(f"{{{name}}}", text.replace("/", "%2F") if place == "path" else usual)
    event["rawPath"] = event["requestContext"]["http"]["path"] = path
    if place == "query":
        parameters = dict.fromkeys(QUERY[: len(text) % len(QUERY)], text) or {text: text}
        event |= {"queryStringParameters": parameters, "rawQueryString": urlencode(parameters, errors="replace")}
    if place == "raw query":
        event["rawQueryString"] = text
    if place == "header":
        headers |= {"content-type": text, "if-none-match": text, "content-encoding": text, "account": text}
    return event | {"body": body_of(text, place), "isBase64Encoded": place in {"form", "base64"}}


def body_of(text: str, place: str) -> str:
    """Fields, or what stands in place of them."""
    match place:
        case "JSON":
            return text
        case "field":
            return json.dumps(FIELDS | {text: text})
        case "value":
            return json.dumps(dict.fromkeys([*FIELDS, "email", "secret", "data", "callback", "message_options"], text))
        case "form":
            return base64.b64encode(f"{quote(text, errors='replace')}={text}".encode(errors="replace")).decode()
        case "base64":
            return text
        case _:
            return json.dumps(FIELDS)
