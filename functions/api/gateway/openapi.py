"""The OpenAPI document: what Powertools generates, with our error responses, examples, forms and webhooks."""

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.models import APIKey, APIKeyIn

from api.config import ApiConfig, Authorization
from api.gateway.auth import ACCOUNT_HEADER
from api.gateway.content_types import FORM, JSON, TAKES
from api.gateway.errors import body_of
from api.gateway.rate_limit import Allowance
from api.gateway.routing import Operation, Paths
from api.gateway.webhooks import TAG as WEBHOOKS
from api.gateway.webhooks import parameters, schemas, webhooks
from api.schemas.base import examples
from api.schemas.deliveries import DELIVERY_ID
from ringback import VERSION

DESCRIPTION = """\
Choose where the events of a phone number are delivered, see what was delivered, and redeliver it.

Every error is an object with `error`, `message` and `status_code`. Times are in UTC, in ISO 8601 format. The limit per
account is {allowed}; requests beyond it are answered with 429 and `Retry-After`.
"""
"""The document's description; `{allowed}` stands for the rate limit that the stack was deployed with."""

TAGS = {
    "Callbacks": "Where events are delivered: set, read and cancel callbacks.",
    "Events": "The catalogue of events, and trying out a callback.",
    "Deliveries": "What was delivered and how it went, and redelivering it.",
    "Account": "Settings of the account as a whole.",
    "Egress": "The addresses that requests come from.",
    WEBHOOKS: "The requests that receivers get.",
}
"""The tags of operations, each with its description."""

LICENSE = {"name": "Apache License 2.0", "identifier": "Apache-2.0"}

CONTACT = {"name": "The platform that runs this stack"}
"""The stack does not know who runs it, and nobody else can answer questions about it."""

EXAMPLES = {
    HTTPStatus.BAD_REQUEST: 'method: given "PATCH"; messages/receive_notify allows GET, POST, JSON',
    HTTPStatus.UNAUTHORIZED: "token: missing; send it as a header",
    HTTPStatus.NOT_FOUND: f"no such delivery: {DELIVERY_ID}; it may have expired",
    HTTPStatus.CONFLICT: "messages/receive_notify of 3215551212 is no longer set; set it and redeliver",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "body: 1,048,576 bytes; the maximum is 262,144",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: f'Content-Type: given "text/xml"; {TAKES}',
    HTTPStatus.TOO_MANY_REQUESTS: "too many requests; the limit per account is {allowed}",
    HTTPStatus.INTERNAL_SERVER_ERROR: "internal error; quote this request's id",
    HTTPStatus.SERVICE_UNAVAILABLE: "temporarily unavailable; try again",
}
"""An example message for every error status; `{allowed}` as above."""

_WITH_BODY = (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)

_ALWAYS = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)

_WAITS = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}

_IN_HEADER: Any = {"in_": APIKeyIn.header}  # "in", its alias, is a keyword of Python

_SCHEMES: dict[Authorization, dict[str, APIKey]] = {
    Authorization.JWT: {"token": APIKey(name="token", **_IN_HEADER, description="A JWT of the platform's issuer.")},
    Authorization.IAM: {
        "signature": APIKey(name="Authorization", **_IN_HEADER, description="AWS Signature Version 4."),
        "account": APIKey(name=ACCOUNT_HEADER, **_IN_HEADER, description="The account that it is for."),
    },
}

_OF_POWERTOOLS = ("HTTPValidationError", "ValidationError", "ResponseValidationError")
"""Schemas of errors that are never answered: ours are."""

_SCHEMAS: dict[str, Any] = {
    "Problem": {
        "type": "object",
        "description": "An error.",
        "properties": {
            "error": {"type": "string", "description": "The reason phrase of the status."},
            "message": {"type": "string", "description": "What is wrong, what was given, and what is allowed."},
            "status_code": {"type": "integer"},
        },
        "required": ["error", "message", "status_code"],
        "additionalProperties": False,
    },
    "Unauthorized": {
        "type": "object",
        "description": "An error. If the token is missing or invalid, API Gateway answers with `message` only.",
        "properties": {
            "error": {"type": "string"},
            "message": {"type": "string"},
            "status_code": {"type": "integer"},
        },
        "required": ["message"],
        "additionalProperties": False,
    },
}


def document(resolver: APIGatewayHttpResolver, paths: Paths, settings: ApiConfig) -> dict[str, Any]:
    """Return the OpenAPI document of a stack with these *settings*, as parsed JSON."""
    schemes = _SCHEMES[settings.authorization]
    allowed = Allowance.of(settings).in_words
    made: dict[str, Any] = json.loads(
        resolver.get_openapi_json_schema(
            title="Ringback",
            version=VERSION,
            openapi_version="3.1.0",
            description=DESCRIPTION.replace("{allowed}", allowed),
            security_schemes=dict(schemes),
            security=[{name: [] for name in schemes}],
        )
    )
    components = made["components"]
    for name in _OF_POWERTOOLS:
        components["schemas"].pop(name, None)
    components["schemas"] |= _SCHEMAS
    for name, shown in examples():
        if name in components["schemas"]:
            components["schemas"][name]["examples"] = shown
    components["responses"] = {
        _name(status): _response(status, message.replace("{allowed}", allowed)) for status, message in EXAMPLES.items()
    }
    components["schemas"] |= schemas()
    components["parameters"] = parameters()
    made["info"] |= {"license": LICENSE, "contact": CONTACT}
    made["tags"] = [{"name": name, "description": about} for name, about in TAGS.items()]
    made["servers"] = [{"url": "..", "description": "The API, relative to this document."}]
    made["paths"] = {path: made["paths"][path] for path in paths if path in made["paths"]}
    for path, verb, operation in _operations(made):
        _complete(operation, paths[path][verb.upper()], components["schemas"])
    made["webhooks"] = webhooks()
    return made


def _operations(made: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, verbs in made["paths"].items():
        for verb, operation in verbs.items():
            yield path, verb, operation


def _complete(operation: dict[str, Any], known: Operation, schemas: dict[str, Any]) -> None:
    responses = operation["responses"]
    for status in [status for status in responses if not status.startswith("2")]:
        del responses[status]
    statuses = {*known.problems, *_ALWAYS, *(() if known.open else (HTTPStatus.UNAUTHORIZED,))}
    if "{" in known.path:  # a parameter can have a value that no path matches
        statuses.add(HTTPStatus.NOT_FOUND)
    if "requestBody" in operation:
        statuses |= set(_WITH_BODY)
        content = operation["requestBody"]["content"]
        if known.body is not None:
            content[JSON]["example"] = known.body
        form = as_form(resolved(content[JSON]["schema"], schemas), schemas)
        if form:
            content[FORM] = {**content[JSON], "schema": form}
    if known.answer is not None:
        (answer,) = responses.values()
        answer["content"][JSON]["example"] = known.answer
    if known.open:
        operation["security"] = []
    for status in sorted(statuses):
        responses[str(status.value)] = {"$ref": f"#/components/responses/{_name(status)}"}


def _name(status: HTTPStatus) -> str:
    return status.name.title().replace("_", "")


def _response(status: HTTPStatus, message: str) -> dict[str, Any]:
    schema = "Unauthorized" if status is HTTPStatus.UNAUTHORIZED else "Problem"
    response: dict[str, Any] = {
        "description": status.phrase,
        "content": {JSON: {"schema": {"$ref": f"#/components/schemas/{schema}"}, "example": body_of(status, message)}},
    }
    if status in _WAITS:
        description = "Seconds to wait before retrying."
        response["headers"] = {"Retry-After": {"description": description, "schema": {"type": "integer"}}}
    return response


def resolved(schema: dict[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    """Return *schema*, or the one among *schemas* that it refers to."""
    for one in (schema, *schema.get("anyOf", [])):
        if "$ref" in one:
            found: dict[str, Any] = schemas[one["$ref"].rsplit("/", 1)[1]]
            return found
    return schema


def as_form(schema: dict[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return *schema* for a form: without null, objects and lists, because OpenAPI cannot describe `a[b]=c`.

    Return None if no fields are left.
    """
    fields = {name: _without_null(field, schemas) for name, field in schema["properties"].items()}
    flat = {name: field for name, field in fields.items() if field.get("type") not in {None, "array", "object"}}
    examples = [one for one in schema.get("examples", []) if one.keys() <= flat.keys()]
    return {**schema, "title": f"{schema['title']}Form", "properties": flat, "examples": examples} if flat else None


def _without_null(field: dict[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    kinds = [kind for kind in field.get("anyOf", [field]) if kind != {"type": "null"}]
    rest = {name: value for name, value in field.items() if name not in {"anyOf", "$ref"}}
    if "enum" in rest:
        rest["enum"] = [value for value in rest["enum"] if value is not None]
    return {**resolved(kinds[0], schemas), **rest} if len(kinds) == 1 else rest
