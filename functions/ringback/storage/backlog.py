"""Lines of waiting deliveries: those of one open callback, found by it on the due index.

A line is announced by an item of its own in the Deliveries table, under a key that no delivery has.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING

from ringback.aws.dynamodb import Key
from ringback.aws.statements import Change, Condition, Item
from ringback.storage.due_index import SHARDS, DueIndex, ScheduledDelivery, get_shard
from ringback.storage.tables import deliveries_table
from ringback.timestamps import from_millis, to_millis

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BACKLOGS = "lines"
"""The partition of the due index that holds the announcements."""

_OPEN = from_millis(0)
"""The due time of a line's announcement while its callback is open; afterwards it is the time when that was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """The deliveries that wait for one callback."""

    callback: Key
    closed: datetime | None = None
    """When it was seen that they need not wait any more."""


class Backlogs:
    """Announces lines, finds them, and lets deliveries out; `waiting.hold` puts them in."""

    def __init__(self, *, table: str, dynamodb: "DynamoDBClient") -> None:
        self._table = deliveries_table(table, dynamodb)
        self._index = DueIndex(table=table, dynamodb=dynamodb)

    def announce(self, callback: Key) -> None:
        """See that `requeue` looks after the line of *callback*.

        Raises:
            InfrastructureError: the table is out of reach.
        """
        item: Item = {
            **self._table.key(_key(callback)),
            "due_shard": {"S": BACKLOGS},
            "due": {"N": str(to_millis(_OPEN))},
        }
        self._table.put(item, doing="announcing a line")

    def all(self) -> Iterator[Backlog]:
        """Every line that was announced.

        Raises:
            InfrastructureError: the table is out of reach.
        """
        for parked in self._index.parked(BACKLOGS):
            closed = None if parked.due == _OPEN else parked.due
            yield Backlog(callback=(parked.owner.removeprefix("#"), parked.delivery), closed=closed)

    def waiting(self, line: Backlog, most: int) -> list[ScheduledDelivery]:
        """The first *most* deliveries of *line*, those whose waiting ends first.

        Raises:
            InfrastructureError: the table is out of reach.
        """
        name = "#".join(line.callback)
        parts = [self._index.parked(f"{shard}#{name}", at_once=most) for shard in SHARDS]
        return list(islice(merge(*parts, key=lambda parked: parked.due), most))

    def release(self, parked: ScheduledDelivery, *, due: datetime) -> bool:
        """Let a delivery out, to be attempted at *due*; False if it does not wait any more.

        Raises:
            InfrastructureError: the table is out of reach.
        """
        at_due: Item = {"due": {"N": str(to_millis(due))}, "due_shard": {"S": get_shard(parked.delivery)}}
        return self._update((parked.owner, parked.delivery), Change(set=at_due, remove=["note"]), before=parked.due)

    def mark(self, line: Backlog, closed: datetime | None) -> Backlog:
        """The same line with the time when it was seen that nothing waits any more, or with None as one that waits.

        Raises:
            InfrastructureError: the table is out of reach.
        """
        due: Item = {"due": {"N": str(to_millis(closed or _OPEN))}}
        self._update(_key(line.callback), Change(set=due), before=line.closed or _OPEN)
        return replace(line, closed=closed)

    def end(self, line: Backlog, now: datetime) -> None:
        """Take back the announcement of an empty line, unless it was announced again; the table's expiry removes it.

        Raises:
            InfrastructureError: the table is out of reach.
        """
        expires: Item = {"expires": {"N": str(int((now + timedelta(hours=1)).timestamp()))}}
        change = Change(set=expires, remove=["due_shard"])
        self._update(_key(line.callback), change, before=line.closed or _OPEN)

    def _update(self, key: Key, change: Change, *, before: datetime) -> bool:
        still_there = Condition(
            holds="due = :before AND attribute_exists(due_shard)",
            values={":before": {"N": str(to_millis(before))}},
        )
        return self._table.update(key, change, doing="moving a waiting delivery", only_if=still_there).done


def _key(callback: Key) -> Key:
    # No account begins with "#": no customer's list can meet it.
    return f"#{callback[0]}", callback[1]


def backlog_partition(callback: Key, delivery: str) -> str:
    """The partition of the due index where a *delivery* waits while *callback* is open; one of 8 for each callback."""
    return f"{get_shard(delivery)}#{'#'.join(callback)}"
