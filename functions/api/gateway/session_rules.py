"""What a session of the console may do; whatever is not named here is refused to one that is bounded.

Two of the rules need what is in a body: a dry run of sending again, and a number. The handlers of those ask the call.
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

TOO_MUCH = frozenset(
    {
        "POST /v2/accounts/console_session",
        "POST /v2/accounts/signing_secret",
        "POST /v2/accounts/signing_secret/rotate",
        "DELETE /v2/accounts/signing_secret",
    }
)
"""What no session may: it would outlive the link that it came by, which may be in a mail or on a screen."""

COUNTING = frozenset({"POST /v2/fonenumbers/{fonenumber}/redeliver", "POST /v2/accounts/redeliver"})
"""What reads in a dry run."""

OF_SOME_NUMBERS = frozenset(
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
"""What a session for some numbers may beside the paths that name one: it is of all, or looks at the numbers itself."""


def admit(session: Session, operation: Operation, path: str) -> None:
    """Let *session* do *operation* at *path*.

    Raises:
        Problem: it may not: 403 where it never may, or only reads; 404 where that is not of its numbers.
        InvalidSetting: the path has no number where one stands.
    """
    name = f"{operation.verb} {operation.path}"
    if name in TOO_MUCH:
        what = "not allowed in a console session, which it would outlive; call the API with your own token"
        raise Problem(HTTPStatus.FORBIDDEN, what)
    if session.fonenumbers is not None and not operation.open:
        _within(session.fonenumbers, operation, name, path)
    if session.read_only and not _reads(operation, name):
        raise reads_only()


def reads_only() -> Problem:
    """403: a session for reading was to change something."""
    may = "this console session is read-only: it may list, show, preview and count (dry_run)"
    return Problem(HTTPStatus.FORBIDDEN, f"{may}; open the console with another link")


def no_such_number(fonenumber: str) -> Problem:
    """404: it may be somebody's, but not the session's."""
    return not_found(f"no such number: {fonenumber}")


def of_the_whole_account() -> Problem:
    """404: a session for some numbers knows nothing of their account."""
    return not_found("no such path in this console session, which is limited to certain numbers")


def _within(fonenumbers: tuple[str, ...], operation: Operation, name: str, path: str) -> None:
    parts = operation.path.split("/")
    if NUMBER in parts:
        fonenumber = parse_fonenumber(unquote(path.split("/")[parts.index(NUMBER)]))
        if fonenumber not in fonenumbers:
            raise no_such_number(fonenumber)
    elif name not in OF_SOME_NUMBERS:
        raise of_the_whole_account()


def _reads(operation: Operation, name: str) -> bool:
    return operation.verb == "GET" or operation.path.endswith("/preview") or name in COUNTING
