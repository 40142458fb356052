"""The webhooks of the OpenAPI document: the requests that receivers get for each kind of event."""

from collections.abc import Iterator
from typing import Any

from api.gateway.content_types import JSON
from api.schemas.base import TIME
from api.schemas.deliveries import DELIVERY_ID
from ringback.catalog.payload import CATALOGUE, EventKind, Field
from ringback.http.request import CONTENT_TYPES
from ringback.models import CallbackType, Method

TAG = "Webhooks"

_ABOUT = {
    "get": "The values are in the URL, in place of the callback's tokens.",
    "post": (
        f"The body is JSON with both content types: the method `POST` labels it `{CONTENT_TYPES[Method.POST]}`, the"
        f" method `JSON` labels it `{CONTENT_TYPES[Method.JSON]}`. Tokens in the callback's URL are replaced as well."
    ),
}
_ALWAYS = "It uses HTTP Basic authentication if the callback has a user name."

_HEADERS: dict[str, dict[str, Any]] = {
    "webhook-id": {
        "description": "The delivery's id: the same for every attempt and every redelivery.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$", "examples": [DELIVERY_ID]},
    },
    "webhook-timestamp": {
        "description": "When this attempt was made, in seconds since 1970.",
        "required": True,
        "schema": {"type": "integer", "examples": [1795455360]},
    },
    "webhook-event-time": {
        "description": "When the event happened.",
        "required": True,
        "schema": {"type": "string", **TIME},
    },
    "webhook-attempt": {
        "description": "The number of this attempt within the delivery, from 1.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
    "webhook-signature": {
        "description": (
            "The Standard Webhooks signature, if the account has a signing secret: `v1,` and the base64 of the"
            " HMAC-SHA256 of `id.timestamp.payload`, where the payload is the raw body, or for a `GET` the path and"
            " query. While a secret is being rotated, there are several signatures, separated by spaces."
        ),
        "required": False,
        "schema": {"type": "string", "examples": ["v1,2CVGDe1rr9eSLDu0iOKbPkW5gtV796JMWXrGzyRPOaU="]},
    },
}

_ANSWERS = {
    "2XX": {"description": "Delivered: the complete response arrived within 15 s and is at most 1 MiB."},
    "410": {"description": "Gone: the callback is turned off."},
    "default": {
        "description": (
            "Retried over three days; redirects too, as they are not followed. `Retry-After` of a 429 or 503 can"
            " lengthen the wait."
        )
    },
}


def parameters() -> dict[str, Any]:
    """Return the headers of every webhook, as components of the document."""
    return {_component(name): {"name": name, "in": "header", **header} for name, header in _HEADERS.items()}


def schemas() -> dict[str, Any]:
    """Return the bodies, as components of the document."""
    return {_component(kind.name): _body(kind) for kind in _kinds()}


def webhooks() -> dict[str, Any]:
    """Return a path item for each kind of event that can be sent as a request."""
    return {kind.name: dict(_operations(kind)) for kind in _kinds()}


def _kinds() -> Iterator[EventKind]:
    return (kind for kind in CATALOGUE.values() if CallbackType.CALLBACK in kind.types)


def _operations(kind: EventKind) -> Iterator[tuple[str, dict[str, Any]]]:
    contents = {CONTENT_TYPES[method]: method for method in kind.methods if method in CONTENT_TYPES}
    if Method.GET in kind.methods:
        yield "get", _operation(kind, "get")
    if contents:
        body = {"required": True, "content": {label: _content(kind, label) for label in contents}}
        yield "post", {**_operation(kind, "post"), "requestBody": body}


def _operation(kind: EventKind, verb: str) -> dict[str, Any]:
    named = {
        "name": "webhook-event",
        "in": "header",
        "description": "The kind of event.",
        "required": True,
        "schema": {"type": "string", "const": kind.name},
    }
    shared = [{"$ref": f"#/components/parameters/{_component(name)}"} for name in _HEADERS]
    return {
        "tags": [TAG],
        "summary": f"{kind.title}, sent by {verb.upper()}",
        "description": f"{_ABOUT[verb]} {_ALWAYS}",
        "operationId": f"on_{kind.group}_{kind.short_name}_by_{verb}",
        "security": [],
        "parameters": [named, *shared],
        "responses": _ANSWERS,
    }


def _content(kind: EventKind, label: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{_component(kind.name)}"}
    if label == JSON:
        return {"schema": schema}
    # With this label, a schema of an object would mean the fields of a form; the body is JSON all the same.
    return {"schema": {"type": "string", "contentMediaType": JSON, "contentSchema": schema}}


def _body(kind: EventKind) -> dict[str, Any]:
    return {
        "type": "object",
        "description": f"{kind.title}: only the values that the event has, in this order.",
        "properties": {field.body: _property(kind, field) for field in kind.fields},
        "required": list(kind.fixed),
        "examples": [dict(kind.example)],
    }


def _property(kind: EventKind, field: Field) -> dict[str, Any]:
    fixed = {"const": kind.fixed[field.body]} if field.body in kind.fixed else {}
    return {"type": field.type.value, **fixed, "description": describe_field(field)}


def describe_field(field: Field) -> str:
    """Describe *field* and its documented values; an event may have others."""
    values = ", ".join(f"`{value}` {meaning}".rstrip() for value, meaning in field.values.items())
    meaning = f"{field.meaning[0].upper()}{field.meaning[1:]}"
    return f"{meaning}: {values}, or another value." if values else f"{meaning}."


def _component(name: str) -> str:
    """Return the name of a component in the style of pydantic: `MessagesReceiveNotify`."""
    return name.replace("/", " ").replace("_", " ").replace("-", " ").title().replace(" ", "")
