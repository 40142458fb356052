"""Keep backlogs: the deliveries that wait while the breaker of their callback is open.

They are on the due index, in partitions named after the callback. An item in the Deliveries table, under a key that no
delivery has, announces each backlog.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING

from ringback.aws.dynamodb import Key
from ringback.aws.statements import Change, Condition, Item
from ringback.frozen import frozen
from ringback.storage.due_index import SHARDS, DueIndex, ScheduledDelivery, get_shard
from ringback.storage.tables import deliveries_table
from ringback.timestamps import from_millis, to_millis

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BACKLOGS = "lines"
"""The partition of the due index that holds the announcements; the value is stored."""

_OPEN = from_millis(0)
"""The due time of an announcement while its callback is open; then the time when the callback was first seen closed."""


@frozen
class Backlog:
    """The deliveries that wait for one callback."""

    callback: Key
    closed: datetime | None = None
    """When the callback was first seen closed, so that they no longer have to wait."""


class Backlogs:
    """Announce backlogs, find them, and release their deliveries; `deliver.postpone.hold` adds deliveries to them."""

    def __init__(self, *, table: str, dynamodb: "DynamoDBClient") -> None:
        self._table = deliveries_table(table, dynamodb)
        self._index = DueIndex(table=table, dynamodb=dynamodb)

    def announce(self, callback: Key) -> None:
        """Have `requeue` release the backlog of *callback* when its time comes.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        item: Item = {
            **self._table.key(_key(callback)),
            "due_shard": {"S": BACKLOGS},
            "due": {"N": str(to_millis(_OPEN))},
        }
        self._table.put(item, doing="announcing a backlog")

    def all(self) -> Iterator[Backlog]:
        """Yield every backlog that was announced.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        for parked in self._index.parked(BACKLOGS):
            closed = None if parked.due == _OPEN else parked.due
            yield Backlog(callback=(parked.owner.removeprefix("#"), parked.delivery), closed=closed)

    def waiting(self, backlog: Backlog, most: int) -> list[ScheduledDelivery]:
        """Return the first *most* deliveries of *backlog*, ordered by when their waiting ends.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        name = "#".join(backlog.callback)
        parts = [self._index.parked(f"{shard}#{name}", at_once=most) for shard in SHARDS]
        return list(islice(merge(*parts, key=lambda parked: parked.due), most))

    def release(self, parked: ScheduledDelivery, *, due: datetime) -> bool:
        """Release a delivery for an attempt at *due*; return False if it is no longer waiting.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        at_due: Item = {"due": {"N": str(to_millis(due))}, "due_shard": {"S": get_shard(parked.delivery)}}
        return self._update((parked.owner, parked.delivery), Change(set=at_due, remove=["note"]), before=parked.due)

    def mark(self, backlog: Backlog, closed: datetime | None) -> Backlog:
        """Record when the callback was seen *closed*, or None while it is open; return the backlog with that.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        due: Item = {"due": {"N": str(to_millis(closed or _OPEN))}}
        self._update(_key(backlog.callback), Change(set=due), before=backlog.closed or _OPEN)
        return replace(backlog, closed=closed)

    def end(self, backlog: Backlog, now: datetime) -> None:
        """Withdraw the announcement of an empty backlog unless it was announced again; the table's expiry deletes it.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        expires: Item = {"expires": {"N": str(int((now + timedelta(hours=1)).timestamp()))}}
        change = Change(set=expires, remove=["due_shard"])
        self._update(_key(backlog.callback), change, before=backlog.closed or _OPEN)

    def _update(self, key: Key, change: Change, *, before: datetime) -> bool:
        still_there = Condition(
            holds="due = :before AND attribute_exists(due_shard)",
            values={":before": {"N": str(to_millis(before))}},
        )
        return self._table.update(key, change, doing="moving a waiting delivery", only_if=still_there).done


def backlog_partition(callback: Key, delivery: str) -> str:
    """Return the partition of the due index where *delivery* waits; each callback has one for each shard."""
    return f"{get_shard(delivery)}#{'#'.join(callback)}"


def _key(callback: Key) -> Key:
    # No account begins with "#", so no customer's list can contain it.
    return f"#{callback[0]}", callback[1]
