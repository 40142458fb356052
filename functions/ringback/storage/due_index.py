"""The sparse index of the Deliveries table: every pending delivery that was recorded, by where it waits and until when.

A partition is one of `delivery_items.SHARDS` (longer than a queue can hold it: `requeue` moves it), `queued` (its
message is on the Retries queue), `sought` (it got a second message), or a line's (`waiting.backlog_partition`).
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from ringback.aws.statements import Change, Condition
from ringback.storage.tables import deliveries_table
from ringback.timestamps import from_millis, to_millis

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DUE_INDEX = "due"

MAX_PAGES = 4
"""Pages of 1 MB that are counted of one shard, some 10,000 deliveries each: a count each minute must stay cheap."""

_NEVER = datetime(9999, 1, 1, tzinfo=UTC)

SHARDS = tuple(str(number) for number in range(8))
"""Partitions of the due index; 8 take 8,000 writes a second (1,000 each is DynamoDB's limit)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledDelivery:
    """A pending delivery on the index."""

    owner: str
    delivery: str
    due: datetime


class DueIndex:
    """Finds what is due and moves it; `delivery_items.to_item` puts it on."""

    def __init__(self, *, table: str, dynamodb: "DynamoDBClient") -> None:
        self._table = deliveries_table(table, dynamodb)

    def parked(
        self, shard: str, *, until: datetime | None = None, at_once: int | None = None
    ) -> Iterator[ScheduledDelivery]:
        """The deliveries of one *shard*, or those that are due before *until*, the earliest first.

        *at_once* is how many are read at a time, where only a few are wanted.

        Raises:
            InfrastructureError: the table is out of reach.
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
        """How many deliveries of one *shard* wait; of a very long one, how many there are at least.

        Raises:
            InfrastructureError: the table is out of reach.
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
        """Note that the queue has a delivery's message, if it still waits for the same attempt.

        Raises:
            InfrastructureError: the table is out of reach.
        """
        self._move(parked, queued(get_shard(parked.delivery)))

    def note_sought(self, parked: ScheduledDelivery) -> None:
        """Note that a delivery got a second message, if it still waits for the same attempt.

        Raises:
            InfrastructureError: the table is out of reach.
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
    """The partition of the due index that a delivery's id falls into."""
    return SHARDS[zlib.crc32(delivery.encode()) % len(SHARDS)]


def queued(shard: str) -> str:
    """The partition of those whose message is on the Retries queue, or was lost."""
    return f"queued#{shard}"


def sought(shard: str) -> str:
    """The partition of those that got a second message, because they were overdue."""
    return f"sought#{shard}"
