"""Queries of the Deliveries table: which deliveries of an owner, in which order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ringback.models import AttemptReason, Delivery, DeliveryStatus
from ringback.times import milliseconds

UNDER_WAY = timedelta(minutes=15)
"""For how long after its due time an attempt may still be on its way: five receives of a message, 180 s each."""

SOON = timedelta(seconds=1)
"""What is due so soon may be on its way, too."""

FIRST, LAST = "0", "~"
"""Sort before and after every id, which is hexadecimal."""

_ID = re.compile(r"[0-9a-f]{32}")

type Query = dict[str, Any]
"""Arguments of DynamoDB's Query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which deliveries of an owner."""

    status: DeliveryStatus | None = None
    events: Sequence[str] = ()
    """Kinds; none means all."""
    since: datetime | None = None
    until: datetime | None = None
    """Times of the events: from *since* on, before *until*."""

    @property
    def selects(self) -> bool:
        """Whether more has to be read than matches."""
        return bool(self.status or self.events)

    @property
    def first(self) -> str:
        """Sorts not after any id of the span; ids begin with their event's time."""
        return _id_at(self.since) if self.since else FIRST

    @property
    def end(self) -> str:
        """Sorts after every id of the span."""
        return _id_at(self.until) if self.until else LAST

    def spans(self, delivery: str) -> bool:
        """Whether that is an id of the span; DynamoDB refuses to go on from any other."""
        return bool(_ID.fullmatch(delivery)) and self.first <= delivery < self.end


def query_of(owner: str, wanted: Filter, *, newest_first: bool) -> Query:
    """The query of a list; a span is a range of ids."""
    query: Query = {
        "KeyConditionExpression": "#owner = :owner AND delivery BETWEEN :first AND :end",
        "ExpressionAttributeNames": {"#owner": "owner"},
        "ExpressionAttributeValues": {
            ":owner": {"S": owner},
            ":first": {"S": wanted.first},
            ":end": {"S": wanted.end},
        },
        "ScanIndexForward": not newest_first,
    }
    if wanted.status:
        _demand(query, "#status = :status", {":status": {"S": wanted.status}})
        query["ExpressionAttributeNames"]["#status"] = "status"
    if wanted.events:
        values = {f":event{number}": {"S": event} for number, event in enumerate(wanted.events)}
        _demand(query, f"event IN ({', '.join(values)})", values)
    return query


def repeatable(query: Query, now: datetime) -> Query:
    """The same query without tests, and without what may be on its way at *now*; keys and versions only."""
    values = {
        ":test": {"S": AttemptReason.TEST},
        ":soon": {"N": str(milliseconds(now + SOON))},
        ":lost": {"N": str(milliseconds(now - UNDER_WAY))},
    }
    _demand(query, "#reason <> :test AND (attribute_not_exists(due) OR due > :soon OR due < :lost)", values)
    query["ExpressionAttributeNames"]["#reason"] = "reason"
    return {**query, "ProjectionExpression": "#owner, delivery, version"}


def on_its_way(delivery: Delivery, now: datetime) -> bool:
    """Whether an attempt may be made at this moment; a second one beside it would send it twice."""
    return delivery.due is not None and now - UNDER_WAY <= delivery.due <= now + SOON


def _demand(query: Query, condition: str, values: dict[str, Any]) -> None:
    before = query.get("FilterExpression")
    query["FilterExpression"] = f"{before} AND {condition}" if before else condition
    query["ExpressionAttributeValues"] |= values


def _id_at(time: datetime) -> str:
    return f"{max(milliseconds(time), 0):012x}"
