"""Queries of the Deliveries table: which deliveries of an owner or account, and in which order."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from api.recognition import get_other_party
from ringback.frozen import frozen
from ringback.models import AttemptReason, Delivery, DeliveryStatus, Outcome
from ringback.storage.deliveries import ATTENTION, ATTENTION_INDEX
from ringback.timestamps import to_iso, to_millis

UNDER_WAY = timedelta(minutes=15)
"""How long after its due time an attempt may still be under way: a message is received five times, 180 s each."""

SOON = timedelta(seconds=1)
"""An attempt due this soon may be under way as well."""

FIRST, LAST = "0", "~"
"""Sort before and after every id; ids are hexadecimal."""

_DIGITS = 32
_ID = re.compile(rf"[0-9a-f]{{{_DIGITS}}}")

type Query = dict[str, Any]
"""The arguments of a DynamoDB Query."""


class Standing(StrEnum):
    """A status to filter by: a `DeliveryStatus`, or everything that needs a person's attention."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ATTENTION = "attention"
    """Pending or failed."""

    @property
    def statuses(self) -> tuple[DeliveryStatus, ...]:
        """The statuses of deliveries that it stands for."""
        return tuple(sorted(ATTENTION)) if self is Standing.ATTENTION else (DeliveryStatus(self),)


@frozen
class Filter:
    """Which deliveries to find; a field that is empty or None does not filter."""

    statuses: Sequence[DeliveryStatus] = ()
    events: Sequence[str] = ()
    """Kinds of event."""
    event_id: str = ""
    outcome: Outcome | None = None
    """Of the last attempt."""
    http_status: int | None = None
    """Of the last attempt."""
    other_party: str = ""
    """As `recognition.parse_party` returns it."""
    since: datetime | None = None
    until: datetime | None = None
    """Bounds on the times of events: *since* inclusive, *until* exclusive."""

    @property
    def selects(self) -> bool:
        """Whether some of the deliveries read may not match."""
        return bool(self.statuses or self.events or self.looks_inside)

    @property
    def looks_inside(self) -> bool:
        """Whether a match needs the whole item: an event's id and data, and attempts, are packed."""
        return bool(self.event_id or self.outcome or self.http_status or self.other_party)

    @property
    def only_attention(self) -> bool:
        """Whether every match is on the attention index."""
        return bool(self.statuses) and ATTENTION.issuperset(self.statuses)

    @property
    def all_attention(self) -> bool:
        """Whether the matches are exactly what the attention index has."""
        return set(self.statuses) == ATTENTION and not replace(self, statuses=()).selects

    @property
    def first(self) -> str:
        """The lower bound of matching ids; an id begins with its event's time."""
        return _id_at(self.since) if self.since else FIRST

    @property
    def end(self) -> str:
        """The upper bound of matching ids."""
        return _id_at(self.until) if self.until else LAST

    @property
    def words(self) -> tuple[str, ...]:
        """The filter as text, which cursors are bound to."""
        times = [to_iso(time) if time else "" for time in (self.since, self.until)]
        more = {"event_id": self.event_id, "outcome": self.outcome, "http_status": self.http_status}
        more |= {"other_party": self.other_party}
        given = [f"{name}={value}" for name, value in more.items() if value]
        return ",".join(self.statuses), *self.events, *times, *given

    def spans(self, delivery: str) -> bool:
        """Return whether *delivery* is an id within the time span."""
        return bool(_ID.fullmatch(delivery)) and self.first <= delivery < self.end

    def matches(self, delivery: Delivery) -> bool:
        """Return whether *delivery*, which is within the time span, matches the other fields."""
        last = delivery.attempts[-1] if delivery.attempts else None
        return (
            (not self.statuses or delivery.status in self.statuses)
            and (not self.events or delivery.event.kind in self.events)
            and (not self.event_id or delivery.event.id == self.event_id)
            and (not self.outcome or (last is not None and last.outcome is self.outcome))
            and (not self.http_status or (last is not None and last.status == self.http_status))
            and (not self.other_party or get_other_party(delivery.event) == self.other_party)
        )


def build_query(owner: str, wanted: Filter, *, newest_first: bool, after: str = "") -> Query | None:
    """Return the query for an *owner*'s deliveries that come *after* that id, or None if there can be none."""
    return _query("owner", owner, wanted, newest_first=newest_first, after=after)


def attention_query(account: str, wanted: Filter, *, newest_first: bool, after: str = "") -> Query | None:
    """Return the query for a whole *account*'s deliveries that need attention; it finds their keys only."""
    query = _query("attention", account, wanted, newest_first=newest_first, after=after)
    return query and {**query, "IndexName": ATTENTION_INDEX}


def _query(partition: str, value: str, wanted: Filter, *, newest_first: bool, after: str) -> Query | None:
    first, end = wanted.first, wanted.end
    if after and newest_first:
        end = f"{int(after, 16) - 1:0{_DIGITS}x}" if int(after, 16) else ""
    elif after:
        first = f"{int(after, 16) + 1:0{_DIGITS}x}"
    if end < first:  # DynamoDB refuses an empty range
        return None
    query: Query = {
        "KeyConditionExpression": "#partition = :partition AND delivery BETWEEN :first AND :end",
        "ExpressionAttributeNames": {"#partition": partition},
        "ExpressionAttributeValues": {":partition": {"S": value}, ":first": {"S": first}, ":end": {"S": end}},
        "ScanIndexForward": not newest_first,
    }
    if wanted.statuses:
        _demand_one_of(query, "status", wanted.statuses)
    if wanted.events:
        _demand_one_of(query, "event", wanted.events)
    return query


def repeatable(query: Query, now: datetime, *, whole: bool = False) -> Query:
    """Restrict *query* to what may be redelivered at *now*; it finds keys and versions, or *whole* items."""
    values = {
        ":test": {"S": AttemptReason.TEST},
        ":soon": {"N": str(to_millis(now + SOON))},
        ":lost": {"N": str(to_millis(now - UNDER_WAY))},
    }
    no_test = "(attribute_not_exists(#reason) OR #reason <> :test)"
    _demand(query, f"{no_test} AND (attribute_not_exists(due) OR due > :soon OR due < :lost)", values)
    query["ExpressionAttributeNames"] |= {"#reason": "reason"}
    return query if whole else {**query, "ProjectionExpression": "#partition, delivery, version"}


def is_repeatable(delivery: Delivery, now: datetime) -> bool:
    """Return whether a query restricted by `repeatable` finds *delivery*."""
    return not delivery.is_test and not on_its_way(delivery, now)


def on_its_way(delivery: Delivery, now: datetime) -> bool:
    """Return whether an attempt may be under way at *now*; another one would send the delivery twice."""
    return delivery.due is not None and now - UNDER_WAY <= delivery.due <= now + SOON


def _demand(query: Query, condition: str, values: dict[str, Any]) -> None:
    before = query.get("FilterExpression")
    query["FilterExpression"] = f"{before} AND {condition}" if before else condition
    query["ExpressionAttributeValues"] |= values


def _demand_one_of(query: Query, attribute: str, values: Sequence[str]) -> None:
    names = {f":{attribute}{number}": {"S": str(value)} for number, value in enumerate(values)}
    _demand(query, f"#{attribute} IN ({', '.join(names)})", names)
    query["ExpressionAttributeNames"] |= {f"#{attribute}": attribute}


def _id_at(time: datetime) -> str:
    return f"{max(to_millis(time), 0):012x}"
