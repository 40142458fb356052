"""The parameters of paths and queries, and how they are parsed."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from urllib.parse import unquote

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import AfterValidator

from api.delivery_queries import Filter, Standing
from api.gateway.errors import not_found
from api.recognition import parse_party
from api.schemas.base import TIME
from api.schemas.deliveries import DELIVERY_ID
from ringback.callbacks.identifiers import FONENUMBER_PATTERN, parse_fonenumber
from ringback.catalog.payload import EventKind, lookup
from ringback.errors import InvalidSetting
from ringback.models import Outcome
from ringback.text import quote_value
from ringback.timestamps import parse_time

MAX_AT_ONCE = 100
"""Entries of a page at most."""

PAGE = 50
"""Entries of a page by default."""

_DELIVERY = re.compile(r"[0-9a-f]{32}")


class Shape(StrEnum):
    """What a list of numbers contains of each number."""

    ALL = "all"
    """The whole object."""
    FONENUMBERS = "fonenumbers"
    """Only its digits."""


class More(StrEnum):
    """What a list of numbers may contain in addition to the numbers."""

    HEALTH = "health"


def delivery_of_path(text: str) -> str:
    """Return the id of a delivery in a path.

    Raises:
        Problem: it is not the id of any delivery (404).
    """
    if not _DELIVERY.fullmatch(text):
        raise not_found(f"no such delivery: {quote_value(text)}; an id has 32 hexadecimal digits")
    return text


Number = Annotated[
    str,
    Path(
        description="In any notation that a body allows; write + as it is or as %2B.",
        examples=["3215551212"],
        json_schema_extra={"pattern": FONENUMBER_PATTERN},
    ),
    AfterValidator(lambda text: parse_fonenumber(unquote(text))),
]

AccountId = Annotated[
    str,
    Path(description="The account of the token, and no other.", examples=["1000001"]),
    AfterValidator(unquote),
]

Group = Annotated[str, Path(description="The first part of the event's name.", examples=["messages"])]

Name = Annotated[str, Path(description="The second part of the event's name.", examples=["receive_notify"])]

Limit = Annotated[int, Query(ge=1, le=MAX_AT_ONCE, description="Maximum entries per page.")]

Cursor = Annotated[str, Query(description="The `cursor` of the previous page.")]

Status = Annotated[
    Standing | None, Query(description="Only deliveries with this status; `attention` means `pending` and `failed`.")
]

EventId = Annotated[str | None, Query(description="Only deliveries of the event to which the platform gave this id.")]

LastOutcome = Annotated[Outcome | None, Query(description="Only deliveries whose last attempt had this outcome.")]

HttpStatus = Annotated[
    int | None, Query(ge=100, le=999, description="Only deliveries whose last attempt got this HTTP status.")
]

OtherParty = Annotated[str | None, Query(description="Only deliveries with this other party.", examples=["3215551111"])]

Fonenumbers = Annotated[
    str | None,
    Query(
        description="Only this number; `*` for events without a number.",
        examples=["3215551212"],
        json_schema_extra={"pattern": f"{FONENUMBER_PATTERN}|^\\*$"},
    ),
]

Event = Annotated[str | None, Query(description="Only this kind of event.", examples=["messages/receive_notify"])]

Since = Annotated[str | None, Query(description="Only events from this time on.", json_schema_extra=TIME)]

Until = Annotated[str | None, Query(description="Only events before this time.", json_schema_extra=TIME)]

DeliveryId = Annotated[
    str,
    Path(description="32 hexadecimal digits.", examples=[DELIVERY_ID]),
    AfterValidator(delivery_of_path),
]

Shown = Annotated[Shape, Query(description="`fonenumbers`: digits only.")]

With = Annotated[More | None, Query(alias="with", description="`health`: add the health of each number's callbacks.")]


def kind_of_path(group: str, name: str) -> EventKind:
    """Return the kind of event that is named by two segments of a path.

    Raises:
        Problem: there is no such kind (404).
    """
    try:
        return lookup(f"{group}/{name}")
    except InvalidSetting as error:
        raise not_found(str(error)) from None


def time_of(field: str, text: str | None) -> datetime | None:
    """Parse the time in *text*; None stays None.

    Raises:
        InvalidSetting: it is not a time.
    """
    if text is None:
        return None
    try:
        return parse_time(text)
    except ValueError:
        raise InvalidSetting(
            field, f"given {quote_value(text)}; expected ISO 8601, as in 2026-11-23T17:36:00Z"
        ) from None


def parse_span(since: str | None, until: str | None) -> tuple[datetime | None, datetime | None]:
    """Parse the times that bound a list.

    Raises:
        InvalidSetting: one is not a time, or they are in the wrong order.
    """
    first, end = time_of("since", since), time_of("until", until)
    if first and end and end < first:
        raise InvalidSetting("until", f"given {quote_value(until)}, which is earlier than since")
    return first, end


def parse_filter(  # noqa: PLR0913 - the filters of a list
    *,
    status: Standing | None = None,
    event: str | None = None,
    event_id: str | None = None,
    outcome: Outcome | None = None,
    http_status: int | None = None,
    other_party: str | None = None,
    since: str | None = None,
    until: str | None = None,
) -> Filter:
    """Parse the filters of a list; one that is None or empty does not filter.

    Raises:
        InvalidSetting: there is no such event, or a time is malformed.
    """
    first, end = parse_span(since, until)
    return Filter(
        statuses=status.statuses if status else (),
        events=(lookup(event).name,) if event else (),
        event_id=event_id or "",
        outcome=outcome,
        http_status=http_status,
        other_party=parse_party(other_party or ""),
        since=first,
        until=end,
    )
