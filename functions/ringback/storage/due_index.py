"""Find pending deliveries on the sparse due index of the Deliveries table, by where they wait and until when.

A delivery waits in one of four kinds of partition: a shard (`SHARDS`) if it is due later than a queue can delay it;
`queued` while its message is on the Retries queue; `sought` after it got a second message; or a part of its callback's
backlog (`backlog_partition`).
"""

import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from ringback.aws.statements import Change, Condition
from ringback.frozen import frozen
from ringback.storage.tables import deliveries_table
from ringback.timestamps import from_millis, to_millis

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DUE_INDEX = "due"
"""The name of the index."""

MAX_PAGES = 4
"""Pages of 1 MB (some 10,000 deliveries) that are counted in one shard, so that a count each minute stays cheap."""

SHARDS = tuple(str(number) for number in range(8))
"""Partitions of the due index; 8 take 8,000 writes a second (1,000 each is DynamoDB's limit)."""

_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@frozen
class ScheduledDelivery:
    """A pending delivery on the index."""

    owner: str
    delivery: str
    due: datetime


class DueIndex:
    """Find deliveries that are due, and move them; `delivery_to_item` puts them on the index."""

    def __init__(self, *, table: str, dynamodb: "DynamoDBClient") -> None:
        self._table = deliveries_table(table, dynamodb)

    def parked(
        self, shard: str, *, until: datetime | None = None, at_once: int | None = None
    ) -> Iterator[ScheduledDelivery]:
        """Yield the deliveries of one *shard* that are due before *until*, if given, the earliest first.

        *at_once* is the number to read at a time, for callers that want only a few.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        query: dict[str, Any] = {
            "IndexName": DUE_INDEX,
            "KeyConditionExpression": "due_shard = :shard AND due < :until",
            "ExpressionAttributeValues": {":shard": {"S": shard}, ":until": {"N": str(to_millis(until or _NEVER))}},
        }
        if at_once:
            query["Limit"] = at_once
        for page in self._table.query(query, doing="reading what is due"):
            for item in page["Items"]:
                owner, delivery = self._table.key_of(item)
                yield ScheduledDelivery(owner=owner, delivery=delivery, due=from_millis(int(item["due"]["N"])))

    def count(self, shard: str) -> int:
        """Return how many deliveries wait in one *shard*; for a very long one, a lower bound.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        query = {
            "IndexName": DUE_INDEX,
            "Select": "COUNT",
            "KeyConditionExpression": "due_shard = :shard",
            "ExpressionAttributeValues": {":shard": {"S": shard}},
        }
        pages = self._table.query(query, doing="counting what waits")
        return sum(page["Count"] for page in islice(pages, MAX_PAGES))

    def unpark(self, parked: ScheduledDelivery) -> None:
        """Record that a delivery's message is on the queue, if it still waits for the same attempt.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        self._move(parked, queued(get_shard(parked.delivery)))

    def note_sought(self, parked: ScheduledDelivery) -> None:
        """Record that a delivery got a second message, if it still waits for the same attempt.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        self._move(parked, sought(get_shard(parked.delivery)))

    def _move(self, parked: ScheduledDelivery, partition: str) -> None:
        self._table.update(
            (parked.owner, parked.delivery),
            Change(set={"due_shard": {"S": partition}}),
            doing="moving a delivery on the due index",
            only_if=Condition(holds="due = :due", values={":due": {"N": str(to_millis(parked.due))}}),
        )


def get_shard(delivery: str) -> str:
    """Return the shard of the due index that *delivery*, an id, belongs to."""
    return SHARDS[zlib.crc32(delivery.encode()) % len(SHARDS)]


def queued(shard: str) -> str:
    """Return the partition of deliveries whose message is on the Retries queue, or was lost."""
    return f"queued#{shard}"


def sought(shard: str) -> str:
    """Return the partition of deliveries that got a second message because they were overdue."""
    return f"sought#{shard}"
