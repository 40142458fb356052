"""The Deliveries table as customers see it: pages of the log, and deliveries that are to be made again."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from api.log_queries import Filter, Query, query_of, repeatable
from ringback.aws import our_fault
from ringback.delivery_items import from_item, shard_of
from ringback.models import AttemptReason, Delivery, DeliveryStatus, account_and_fonenumber
from ringback.statements import Change, Condition
from ringback.tables import Item, Table
from ringback.times import milliseconds

MOST_PAGES = 5
"""Pages of 1 MiB that one request reads in search of matches; a list that finds fewer is a short page."""


class Log:
    """Reads an owner's deliveries; one is never read by anything but its owner and id."""

    def __init__(self, *, table: Table, mapper: Callable[..., Iterable[Any]] = map) -> None:
        """*mapper* may run writes side by side."""
        self._table = table
        self._mapper = mapper

    def item(self, owner: str, delivery: str) -> Item | None:
        """One delivery as it is stored.

        Raises:
            OurFault: the table is out of reach.
        """
        return self._table.get((owner, delivery))

    def page(self, owner: str, wanted: Filter, *, after: str, limit: int) -> tuple[list[Delivery], str]:
        """The next *limit* matches that are older than the delivery *after*, and the id to go on from, if any.

        Raises:
            OurFault: the table is out of reach.
        """
        query = query_of(owner, wanted, newest_first=True)
        if not wanted.selects:
            query["Limit"] = limit + 1
        found: list[Delivery] = []
        for number, (items, last) in enumerate(self._pages(query, owner, after), 1):
            found += map(from_item, items)
            if len(found) > limit:
                return found[:limit], found[limit - 1].id
            if number == MOST_PAGES or not last:
                return found, last
        return found, ""

    def repeatable(self, owner: str, wanted: Filter, *, after: str, now: datetime) -> Iterator[tuple[list[Item], str]]:
        """Pages of what may be sent again, the oldest first, each with the id to go on from, if any.

        Raises:
            OurFault: the table is out of reach.
        """
        return self._pages(repeatable(query_of(owner, wanted, newest_first=False), now), owner, after)

    def send_again(self, items: Sequence[tuple[Item, datetime]]) -> int:
        """Make deliveries pending until those times; how many were, for some may have changed meanwhile.

        They wait on the due index for `requeue`.

        Raises:
            OurFault: the table is out of reach.
        """
        return sum(self._mapper(lambda pair: self._redeliver(*pair), items))

    def _pages(self, query: Query, owner: str, after: str) -> Iterator[tuple[list[Item], str]]:
        while True:
            start = {"ExclusiveStartKey": self._table.key((owner, after))} if after else {}
            with our_fault("reading deliveries"):
                page = self._table.client.query(TableName=self._table.name, **{**query, **start})
            after = self._table.key_of(page["LastEvaluatedKey"])[1] if "LastEvaluatedKey" in page else ""
            yield list(page["Items"]), after
            if not after:
                return

    def _redeliver(self, item: Item, due: datetime) -> bool:
        read = item["version"]["N"]
        change = Change(
            set={
                "status": {"S": DeliveryStatus.PENDING},
                "attention": {"S": account_and_fonenumber(item["owner"]["S"])[0]},
                "reason": {"S": AttemptReason.REDELIVERY},
                "due": {"N": str(milliseconds(due))},
                "due_shard": {"S": shard_of(item["delivery"]["S"])},
                "tries": {"N": "0"},
                "version": {"N": str(int(read) + 1)},
            },
            remove=["note"],
        )
        unchanged = Condition(holds="version = :read", values={":read": {"N": read}})
        return self._table.update(
            self._table.key_of(item), change, doing="making a delivery again", only_if=unchanged
        ).done
