"""What every handler is given: for whom, when, and with what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated

from aws_lambda_powertools.event_handler import Depends
from aws_lambda_powertools.event_handler.request import Request

from api.environment import Environment
from api.gateway.cursor import CURSOR_PURPOSE, Cursors
from api.gateway.editions import Bodies
from api.gateway.publication import Publication
from api.gateway.session_rules import no_such_number, of_the_whole_account, reads_only
from api.gateway.sessions import SESSION_PURPOSE, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContext:
    """One request of an account."""

    account: str
    """Empty on the open routes."""
    at: datetime
    parts: Environment
    headers: Mapping[str, str]
    """By their names in lower case."""
    document: Callable[[Bodies], Publication]
    """The OpenAPI document, of which there are editions."""
    base: str = ""
    """Where the API is; empty where that cannot be told."""
    session: Session | None = None
    """That of the console; None for callers with a token or a signature."""

    @property
    def cursors(self) -> Cursors:
        """Makes and reads the cursors of lists."""
        return Cursors(partial(self.parts.service_key.derived, CURSOR_PURPOSE, self.at))

    @property
    def fonenumbers(self) -> tuple[str, ...] | None:
        """The only numbers that it may be about; None for all of the account."""
        return self.session.fonenumbers if self.session else None

    def session_key(self) -> bytes:
        """Return what sessions are signed with.

        Raises:
            OurFault: the table or KMS is out of reach.
        """
        return self.parts.service_key.derived(SESSION_PURPOSE, self.at)

    def within(self, fonenumber: str) -> str:
        """Return *fonenumber*, if the call may be about it.

        Raises:
            Problem: its session is for other numbers (404).
        """
        if self.fonenumbers is not None and fonenumber not in self.fonenumbers:
            raise no_such_number(fonenumber)
        return fonenumber

    def demand_whole_account(self) -> None:
        """Let nothing pass that is about the account, in a session for some of its numbers.

        Raises:
            Problem: it is one (404).
        """
        if self.fonenumbers is not None:
            raise of_the_whole_account()

    def demand_writing(self) -> None:
        """Let nothing pass that changes or sends something, in a session for reading.

        Raises:
            Problem: it is one (403).
        """
        if self.session and self.session.read_only:
            raise reads_only()


def _current(request: Request) -> RequestContext:
    call: RequestContext = request.context["call"]
    return call


CurrentRequest = Annotated[RequestContext, Depends(_current)]
"""The parameter of a handler that is given the current call."""
