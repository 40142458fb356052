"""Turn errors into responses: `{"error", "message", "status_code"}` (facts: Conventions of the API).

A caller's mistake has a 4xx status; an error of ours is 503 if it is temporary, otherwise 500, and reveals nothing.
"""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from ringback.callbacks.parse import PRIVATE
from ringback.errors import Conflict, InfrastructureError, InvalidSetting, MalformedEvent, RingbackError
from ringback.text import describe_type, quote_value

TRY_AGAIN_SECONDS = 1
"""Seconds to wait before retrying after a temporary error."""

MAX_LEVELS = 8
"""Levels of nested objects that a body may have; that of a number's callbacks has four."""

NO_SUCH_PATH = "no such path; GET /v2/openapi.json lists all paths"

MAX_NAMED = 5
"""Validation errors that one message lists."""

WANTED = {
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "dict_type": "an object",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "int_from_float": "a whole number",
    "list_type": "a list",
    "model_attributes_type": "an object",
    "model_type": "an object",
    "string_type": "text",
}
"""What was expected, by pydantic's type of the error."""

SECRET = PRIVATE | {"username", "password", "secret"}
"""Fields whose values are never repeated in messages."""


class Problem(RingbackError):  # noqa: N818 - the noun of RFC 9457, not "…Error"
    """An error response, with a message for the person who reads the client's log."""

    def __init__(self, status: HTTPStatus, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status.value}: {message}")
        self.status = status
        self.message = message
        self.headers = headers or {}


def not_found(message: str) -> Problem:
    """Return a 404: the caller has no such thing."""
    return Problem(HTTPStatus.NOT_FOUND, message)


def conflict(message: str) -> Problem:
    """Return a 409: it exists, but is not in a state that allows this."""
    return Problem(HTTPStatus.CONFLICT, message)


def bad_body(what: str) -> Problem:
    """Return a 400: the body is malformed."""
    return Problem(HTTPStatus.BAD_REQUEST, f"body: {what}")


def nested_too_deeply() -> Problem:
    """Return a 400: the body has too many levels of nested objects."""
    return bad_body(f"nested too deeply; the maximum is {MAX_LEVELS} levels")


def given_twice(name: str) -> Problem:
    """Return a 400: a field or parameter is given more than once, even with the same value."""
    return Problem(HTTPStatus.BAD_REQUEST, f"{quote_value(name).strip('"')}: given twice")


def to_problem(error: Exception) -> Problem:
    """Return what the caller is told about *error*; errors of ours reveal nothing."""
    match error:
        case Problem():
            problem = error
        case InvalidSetting():
            problem = Problem(HTTPStatus.BAD_REQUEST, str(error))
        case MalformedEvent():
            problem = Problem(HTTPStatus.BAD_REQUEST, error.detail)
        case RequestValidationError():
            problem = Problem(HTTPStatus.BAD_REQUEST, describe_validation(error.errors()))
        case NotFoundError():
            problem = not_found(NO_SUCH_PATH)
        case Conflict():
            problem = conflict("changed by another request at the same time; read it again")
        case InfrastructureError():
            wait = {"Retry-After": str(TRY_AGAIN_SECONDS)}
            problem = Problem(HTTPStatus.SERVICE_UNAVAILABLE, "temporarily unavailable; try again", wait)
        case _:
            problem = Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal error; quote this request's id")
    return problem


def answer(problem: Problem) -> Response[dict[str, object]]:
    """Return *problem* as a response of a handler."""
    return Response(
        status_code=problem.status.value,
        content_type=content_types.APPLICATION_JSON,
        body=body_of(problem.status, problem.message),
        headers=dict(problem.headers),
    )


def lambda_answer(problem: Problem) -> dict[str, object]:
    """Return *problem* as a response of the function to API Gateway."""
    return {
        "statusCode": problem.status.value,
        "headers": {"Content-Type": content_types.APPLICATION_JSON, **problem.headers},
        "body": json.dumps(body_of(problem.status, problem.message)),
        "isBase64Encoded": False,
    }


def body_of(status: HTTPStatus, message: str) -> dict[str, object]:
    """Return the body of an error response."""
    return {"error": status.phrase, "message": message, "status_code": status.value}


def describe_validation(errors: Sequence[Mapping[str, Any]]) -> str:
    """Describe pydantic's *errors*, one sentence each, without values of secret fields."""
    sentences = [f"{_path(error)}: {_sentence(error)}" for error in errors[:MAX_NAMED]]
    more = len(errors) - len(sentences)
    return "; ".join(sentences) + (f"; and {more} more" if more > 0 else "")


def _path(error: Mapping[str, Any]) -> str:
    place, *path = error["loc"]
    field = error.get("ctx", {}).get("field")
    parts = [part for part in map(str, path) if not part.startswith("{")]  # such a part names a member of a union
    return ".".join((*parts, *([field] if field else []))) or str(place)


def _sentence(error: Mapping[str, Any]) -> str:
    kind, context, given = error["type"], error.get("ctx", {}), error.get("input")
    if kind == "missing":
        return "missing"
    if kind in WANTED:
        told = describe_type(given) if error["loc"][-1] in SECRET else quote_value(given)
        return f"given {told}; expected {WANTED[kind]}"
    if kind in {"enum", "literal_error"}:
        return f"given {quote_value(given)}; allowed: {_listed(context['expected'])}"
    if kind in {"greater_than_equal", "less_than_equal"}:
        least = "ge" in context
        bound = f"at least {context['ge']}" if least else f"at most {context['le']}"
        return f"given {quote_value(given)}; must be {bound}"
    return str(error["msg"])


def _listed(expected: str) -> str:
    return expected.replace("'", "").replace(" or ", ", ")
