"""The route of the console's calls: `/session/…` mirrors `/v2/…` for callers that have a session instead of a token.

API Gateway authenticates nobody on this route. So every request that comes by it must have a session, whatever its path
looks like, and so must every request with such a path.
"""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from api.gateway.errors import NO_SUCH_PATH, not_found

SESSION_ROUTE = "ANY /session/{proxy+}"

PREFIX = "/session/"
"""The prefix of paths that are called with a session."""

MIRRORED = "/v2/"
"""The prefix of the same paths when called with a token."""

ABOUT = "/session/console_session"
"""The path that describes the session itself, which has no counterpart under `/v2/`."""


def is_of_a_session(event: Mapping[str, Any]) -> bool:
    """Return whether *event* is a call that must have a session."""
    return event.get("routeKey") == SESSION_ROUTE or get_path(event).startswith(PREFIX)


def mirrored(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return *event* with the path that a caller with a token would use.

    Raises:
        Problem: the path does not belong to a session (404).
    """
    path = get_path(event)
    if not path.startswith(PREFIX):
        raise not_found(NO_SUCH_PATH)
    if path == ABOUT:
        return event
    return {**event, "rawPath": f"{get_stage(event)}{MIRRORED}{path.removeprefix(PREFIX)}"}


def get_stage(event: Mapping[str, Any]) -> str:
    """Return the stage as a prefix of *event*'s path; empty for the default stage."""
    stage: str = event["requestContext"].get("stage", "$default")
    return "" if stage == "$default" else f"/{stage}"


def to_session_path(path: str) -> str:
    """Return the path at which a call with a session reaches the operation at *path*."""
    return f"{PREFIX}{path.removeprefix(MIRRORED)}" if path.startswith(MIRRORED) else path


def get_path(event: Mapping[str, Any]) -> str:
    """Return the path of *event* without its stage."""
    path: str = APIGatewayProxyEventV2(dict(event)).path
    return path
