"""The route of the console's calls: `/session/…` is what `/v2/…` is, for whoever has a session instead of a token.

API Gateway lets anybody come this way. So whatever comes by this route is a call with a session, even if its path
should not look like one, and so is whatever has such a path.
"""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from api.gateway.errors import NO_SUCH_PATH, not_found

SESSION_ROUTE = "ANY /session/{proxy+}"

PREFIX = "/session/"
"""Of the paths of calls with a session."""

MIRRORED = "/v2/"
"""In its place, the same for a token."""

ABOUT = "/session/console_session"
"""The session itself; `/v2/` has nothing like it."""


def is_of_a_session(event: Mapping[str, Any]) -> bool:
    """Whether *event* is a call that has to have a session."""
    return event.get("routeKey") == SESSION_ROUTE or _path(event).startswith(PREFIX)


def mirrored(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the same *event* with the path that a caller with a token would have.

    Raises:
        Problem: it has no path of a session's (404).
    """
    path = _path(event)
    if not path.startswith(PREFIX):
        raise not_found(NO_SUCH_PATH)
    if path == ABOUT:
        return event
    return {**event, "rawPath": f"{get_stage(event)}{MIRRORED}{path.removeprefix(PREFIX)}"}


def get_stage(event: Mapping[str, Any]) -> str:
    """Return what stands before the path of *event*; empty for the stage that has no name."""
    stage: str = event["requestContext"].get("stage", "$default")
    return "" if stage == "$default" else f"/{stage}"


def to_session_path(path: str) -> str:
    """Return the *path* of an operation as a call with a session has it."""
    return f"{PREFIX}{path.removeprefix(MIRRORED)}" if path.startswith(MIRRORED) else path


def _path(event: Mapping[str, Any]) -> str:
    path: str = APIGatewayProxyEventV2(dict(event)).path
    return path
