"""What a console session may do; a session with limits is refused whatever is not listed here.

Two rules depend on the body: whether a redelivery is a dry run, and which number it is for. Handlers check those.
"""

from http import HTTPStatus
from urllib.parse import unquote

from api.fonenumber_object import OPTIONS
from api.gateway.errors import Problem, not_found
from api.gateway.routing import Operation
from api.gateway.session_route import ABOUT
from api.gateway.sessions import Session
from ringback.callbacks.identifiers import parse_fonenumber

NUMBER = "{fonenumber}"

FORBIDDEN = frozenset(
    {
        "POST /v2/accounts/console_session",
        "POST /v2/accounts/signing_secret",
        "POST /v2/accounts/signing_secret/rotate",
        "DELETE /v2/accounts/signing_secret",
    }
)
"""What no session may do, because the effect would outlive its link, which may be in a mail or on a screen."""

DRY_RUNS = frozenset({"POST /v2/fonenumbers/{fonenumber}/redeliver", "POST /v2/accounts/redeliver"})
"""Operations that a read-only session may call for a dry run."""

FOR_CERTAIN_NUMBERS = frozenset(
    {
        "GET /v2/fonenumbers",
        "GET /v2/accounts/deliveries",
        "POST /v2/accounts/redeliver",
        "GET /v2/events",
        "GET /v2/events/{group}/{name}",
        f"GET {ABOUT}",
        *(f"POST /v2/{kind.name}" for kinds in OPTIONS.values() for kind in kinds.values()),
    }
)
"""Operations without a number in their path that a session for certain numbers may call: they reveal nothing about
others, or check the numbers themselves."""


def admit(session: Session, operation: Operation, path: str) -> None:
    """Check that *session* may call *operation* at *path*.

    Raises:
        Problem: no session may, or this one is read-only (403); or it is not about the session's numbers (404).
        InvalidSetting: the path's number is malformed.
    """
    name = f"{operation.verb} {operation.path}"
    if name in FORBIDDEN:
        what = "not allowed in a console session, which it would outlive; call the API with your own token"
        raise Problem(HTTPStatus.FORBIDDEN, what)
    if session.fonenumbers is not None and not operation.open:
        _within(session.fonenumbers, operation, name, path)
    if session.read_only and not _reads(operation, name):
        raise reads_only()


def reads_only() -> Problem:
    """Return a 403: a read-only session tried to change something."""
    may = "this console session is read-only: it may list, show, preview and count (dry_run)"
    return Problem(HTTPStatus.FORBIDDEN, f"{may}; open the console with another link")


def no_such_number(fonenumber: str) -> Problem:
    """Return a 404: the number is not among those of the session, whoever has it."""
    return not_found(f"no such number: {fonenumber}")


def of_the_whole_account() -> Problem:
    """Return a 404: a session for certain numbers has no access to the account."""
    return not_found("no such path in this console session, which is limited to certain numbers")


def _within(fonenumbers: tuple[str, ...], operation: Operation, name: str, path: str) -> None:
    parts = operation.path.split("/")
    if NUMBER in parts:
        fonenumber = parse_fonenumber(unquote(path.split("/")[parts.index(NUMBER)]))
        if fonenumber not in fonenumbers:
            raise no_such_number(fonenumber)
    elif name not in FOR_CERTAIN_NUMBERS:
        raise of_the_whole_account()


def _reads(operation: Operation, name: str) -> bool:
    return operation.verb == "GET" or operation.path.endswith("/preview") or name in DRY_RUNS
