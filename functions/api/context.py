"""What every handler is given: for whom, when, and with what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated

from aws_lambda_powertools.event_handler import Depends
from aws_lambda_powertools.event_handler.request import Request

from api.environment import Environment
from api.gateway.cursor import PURPOSE, Cursors
from api.gateway.editions import Bodies
from api.gateway.publication import Publication


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request of an account."""

    account: str
    """Empty on the open routes."""
    at: datetime
    parts: Environment
    headers: Mapping[str, str]
    """By their names in lower case."""
    document: Callable[[Bodies], Publication]
    """The OpenAPI document, of which there are editions."""

    @property
    def cursors(self) -> Cursors:
        """Makes and reads the cursors of lists."""
        return Cursors(partial(self.parts.service_key.derived, PURPOSE, self.at))


def _current(request: Request) -> Call:
    call: Call = request.context["call"]
    return call


Calling = Annotated[Call, Depends(_current)]
"""The parameter of a handler that is given the current call."""
