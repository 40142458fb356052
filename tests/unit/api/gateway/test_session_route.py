"""The paths of calls with a session."""

from typing import Any

import pytest

from api.gateway.errors import Problem
from api.gateway.session_route import SESSION_ROUTE, is_of_a_session, mirrored, to_session_path


def event(path: str, route: str = "$default", stage: str = "$default") -> dict[str, Any]:
    return {"routeKey": route, "rawPath": path, "requestContext": {"stage": stage, "http": {"path": path}}}


@pytest.mark.parametrize(
    ("path", "same"),
    [
        ("/session/fonenumbers", "/v2/fonenumbers"),
        ("/session/fonenumbers/+49 30", "/v2/fonenumbers/+49 30"),
        ("/session/session/x", "/v2/session/x"),
        ("/session//v2/fonenumbers", "/v2//v2/fonenumbers"),
        ("/session/../v2/fonenumbers", "/v2/../v2/fonenumbers"),
        ("/session/console_session", "/session/console_session"),
    ],
)
def test_a_path_of_a_session_is_that_of_a_token(path: str, same: str) -> None:
    assert is_of_a_session(event(path))
    assert mirrored(event(path, SESSION_ROUTE))["rawPath"] == same


def test_a_stage_with_a_name_stays_before_it() -> None:
    named = event("/live/session/fonenumbers", SESSION_ROUTE, "live")

    assert is_of_a_session(event("/live/session/fonenumbers", stage="live"))
    assert mirrored(named)["rawPath"] == "/live/v2/fonenumbers"


@pytest.mark.parametrize("path", ["/v2/fonenumbers", "/session", "/Session/fonenumbers", "//session/fonenumbers"])
def test_by_its_route_any_path_has_to_have_a_session_and_leads_nowhere_but_to_the_mirror(path: str) -> None:
    assert not is_of_a_session(event(path))
    assert is_of_a_session(event(path, SESSION_ROUTE))
    with pytest.raises(Problem, match="404"):
        mirrored(event(path, SESSION_ROUTE))


def test_the_log_shows_the_path_that_was_called() -> None:
    assert to_session_path("/v2/fonenumbers/{fonenumber}") == "/session/fonenumbers/{fonenumber}"
    assert to_session_path("/session/console_session") == "/session/console_session"
