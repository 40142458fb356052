"""The webhooks of the OpenAPI document: what is sent is what it says."""

import json
from datetime import UTC, datetime
from typing import Any

import jsonschema  # type: ignore[import-untyped] # it has no types of its own
import pytest

from api.app import api
from api.gateway.content_types import JSON
from ringback.catalog.payload import CATALOGUE, EventKind
from ringback.delivery.render import render
from ringback.http.request import HttpRequest
from ringback.http.signature import encode_secret
from ringback.models import Callback, CallbackType, Event, Method
from tools.api_page import SETTINGS

URL = "https://example.com/hook"
NOW = datetime(2026, 11, 23, 17, 36, tzinfo=UTC)
CASES = [(kind, method) for kind in CATALOGUE.values() for method in kind.methods]
OF_HTTP = {"user-agent", "accept", "content-type", "authorization"}


@pytest.fixture(scope="module")
def document() -> Any:
    return api.document(SETTINGS)


def sent(kind: EventKind, method: Method) -> HttpRequest:
    """The request that the catalogue's example becomes."""
    event = Event(kind=kind.name, account="1", fonenumber="3215551212", id="1", time=NOW, data=kind.example)
    callback = Callback(owner="1#*", event=kind.name, type=CallbackType.CALLBACK, method=method, url=URL)
    rendered = render(
        callback, delivery="01a2097a9c00d5d981b4cb27a1dc95cb", event=event, at=NOW, secrets=[encode_secret(b"a" * 24)]
    )
    assert isinstance(rendered.request, HttpRequest)
    return rendered.request


def errors(document: Any, schema: Any, value: object) -> list[str]:
    validator = jsonschema.Draft202012Validator({**document, **schema})
    return [error.message for error in validator.iter_errors(value)]


def resolved(document: Any, one: Any) -> Any:
    return document["components"]["parameters"][one["$ref"].rsplit("/", 1)[1]] if "$ref" in one else one


@pytest.mark.parametrize(("kind", "method"), CASES, ids=[f"{kind.name}-{method}" for kind, method in CASES])
def test_each_kind_is_sent_as_it_says_by_each_method(document: Any, kind: EventKind, method: Method) -> None:
    request = sent(kind, method)
    headers = {name.lower(): value for name, value in request.headers}

    operation = document["webhooks"][kind.name][request.method.lower()]

    named = {one["name"]: one for one in (resolved(document, one) for one in operation["parameters"])}
    assert set(named) == set(headers) - OF_HTTP
    for name, one in named.items():
        value: Any = int(headers[name]) if one["schema"]["type"] == "integer" else headers[name]
        assert errors(document, one["schema"], value) == [], name
    if request.body is None:
        assert "requestBody" not in operation
        return
    content = operation["requestBody"]["content"][headers["content-type"]]["schema"]
    body = content if headers["content-type"] == JSON else content["contentSchema"]
    assert errors(document, body, json.loads(request.body)) == []
    assert list(json.loads(request.body)) == list(
        document["components"]["schemas"][body["$ref"].rsplit("/", 1)[1]]["properties"]
    )


def test_there_is_no_other_webhook_and_no_type_of_body_that_is_never_sent(document: Any) -> None:
    labels = {Method.POST: "application/x-www-form-urlencoded", Method.JSON: JSON}

    assert list(document["webhooks"]) == list(CATALOGUE)
    for name, operations in document["webhooks"].items():
        methods = CATALOGUE[name].methods
        assert ("get" in operations) == (Method.GET in methods)
        assert set(operations["post"]["requestBody"]["content"]) == {labels[one] for one in methods if one in labels}


def test_a_body_that_is_none_of_its_kind_breaks_its_schema(document: Any) -> None:
    record = {"$ref": "#/components/schemas/AccountsCdrNotify"}

    assert errors(document, record, {"status": "BEGIN"}) == ["'END' was expected"]
    assert errors(document, record, {"status": "END", "billable_seconds": "12"}) == ["'12' is not of type 'integer'"]
    assert errors(document, record, {}) == ["'status' is a required property"]
