"""The context of a request, which every handler is given."""

from collections.abc import Callable, Mapping
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
from ringback.frozen import frozen


@frozen
class RequestContext:
    """One request: the account, the time, and what a handler works with."""

    account: str
    """Empty on the open routes."""
    at: datetime
    environment: Environment
    headers: Mapping[str, str]
    """By lower-case name."""
    document: Callable[[Bodies], Publication]
    """Returns an edition of the OpenAPI document."""
    base: str = ""
    """The base URL of the API; empty if unknown."""
    session: Session | None = None
    """The console session; None for callers with a token or a signature."""

    @property
    def cursors(self) -> Cursors:
        """The cursors of this account's lists."""
        return Cursors(partial(self.environment.service_key.derived, CURSOR_PURPOSE, self.at))

    @property
    def fonenumbers(self) -> tuple[str, ...] | None:
        """The numbers that the request is limited to; None for all numbers of the account."""
        return self.session.fonenumbers if self.session else None

    def session_key(self) -> bytes:
        """Return the key that signs sessions.

        Raises:
            InfrastructureError: the table or KMS is unavailable.
        """
        return self.environment.service_key.derived(SESSION_PURPOSE, self.at)

    def within(self, fonenumber: str) -> str:
        """Return *fonenumber* if the request may access it.

        Raises:
            Problem: its session is limited to other numbers (404).
        """
        if self.fonenumbers is not None and fonenumber not in self.fonenumbers:
            raise no_such_number(fonenumber)
        return fonenumber

    def require_whole_account(self) -> None:
        """Refuse a session that is limited to certain numbers.

        Raises:
            Problem: it is such a session (404).
        """
        if self.fonenumbers is not None:
            raise of_the_whole_account()

    def require_write_access(self) -> None:
        """Refuse a session that is read-only.

        Raises:
            Problem: it is such a session (403).
        """
        if self.session and self.session.read_only:
            raise reads_only()


def _current(request: Request) -> RequestContext:
    call: RequestContext = request.context["call"]
    return call


CurrentRequest = Annotated[RequestContext, Depends(_current)]
"""The type of the parameter through which a handler gets its request's context."""
