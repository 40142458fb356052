"""The routes of console sessions: create a link, and read what it allows."""

from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from api.context import CurrentRequest
from api.gateway.errors import not_found
from api.gateway.routing import Routes
from api.gateway.session_route import ABOUT
from api.gateway.sessions import Session, build_token
from api.schemas.console_sessions import MAX_NUMBERS, ConsoleSessionAnswer, ConsoleSessionInput
from ringback.callbacks.identifiers import parse_fonenumber
from ringback.errors import InvalidSetting
from ringback.timestamps import to_iso

routes = Routes("Account")

RELATIVE = "../.."
"""The API's base URL relative to the path that creates a link."""


@routes.operation(
    "POST",
    "/v2/accounts/console_session",
    name="create_console_session",
    summary="Create a link that opens the console",
    description=(
        "Anyone who has the link can act for the account until it ends, after a day at most: give it only to the person"
        " it is meant for. It cannot create another link, nor create, rotate or delete the signing secret. Links cannot"
        " be listed; the operator can end all of them."
    ),
    status=HTTPStatus.CREATED,
)
def create_console_session(
    call: CurrentRequest, body: Annotated[ConsoleSessionInput | None, Body()] = None
) -> ConsoleSessionAnswer:
    """Create a link; everything it allows is in its own token."""
    wanted = body or ConsoleSessionInput()
    session = Session(
        account=call.account,
        expires=call.at.replace(microsecond=0) + timedelta(minutes=wanted.minutes),
        read_only=wanted.read_only,
        fonenumbers=_numbers(wanted.fonenumbers),
    )
    url = f"{call.base or RELATIVE}/console#session={build_token(session, call.session_key())}"
    return ConsoleSessionAnswer(url=url, expires=to_iso(session.expires))


@routes.operation(
    "GET",
    ABOUT,
    name="get_console_session",
    summary="Read what this session allows",
    documented=False,
)
def get_console_session(call: CurrentRequest) -> dict[str, object]:
    """Return whom the session is for, until when, and what it allows."""
    session = call.session
    if session is None:
        raise not_found("this call has no console session")
    return {
        "account_id": session.account,
        "expires": to_iso(session.expires),
        "read_only": session.read_only,
        "fonenumbers": session.fonenumbers,
    }


def _numbers(given: Sequence[str] | None) -> tuple[str, ...] | None:
    if given is None:
        return None
    if not 1 <= len(given) <= MAX_NUMBERS:
        what = f"given {len(given)}; expected 1 to {MAX_NUMBERS} numbers, or null for the whole account"
        raise InvalidSetting("fonenumbers", what)
    return tuple(sorted({parse_fonenumber(one) for one in given}))
