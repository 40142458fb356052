"""Read the Deliveries table for customers: pages of the log, and deliveries to redeliver."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import batched
from typing import Any

from api.delivery_queries import Filter, Query, attention_query, build_query, is_repeatable, repeatable
from ringback.aws.dynamodb import READ_AT_ONCE, Table
from ringback.aws.statements import Change, Condition, Item
from ringback.errors import InfrastructureError
from ringback.models import AttemptReason, Delivery, DeliveryStatus, split_owner
from ringback.storage.deliveries import delivery_from_item
from ringback.storage.due_index import get_shard
from ringback.timestamps import to_millis

MAX_PAGES = 5
"""Pages of 1 MiB, or reads of a hundred items, that one request makes in search of matches; if they hold fewer, the
answer is a short page."""

type Chunks = Iterator[tuple[list[Item], str]]
"""Batches of items, each with the id to continue from; an empty id marks the end."""


class Log:
    """Read the deliveries of an owner or an account; a single one only ever by its owner and id."""

    def __init__(self, *, table: Table, mapper: Callable[..., Iterable[Any]] = map) -> None:
        """Run writes with *mapper*, which may be concurrent."""
        self._table = table
        self._mapper = mapper

    def item(self, owner: str, delivery: str) -> Item | None:
        """Return one delivery as it is stored.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        return self._table.get((owner, delivery))

    def page(self, owner: str, wanted: Filter, *, after: str, limit: int) -> tuple[list[Delivery], str]:
        """Return the next *limit* matches older than the delivery *after*, and the id to continue from, if any.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        chunks = self.newest(owner, wanted, after=after, at_once=None if wanted.selects else limit + 1)
        return first_matches(chunks, wanted, limit)

    def attention_page(self, account: str, wanted: Filter, *, after: str, limit: int) -> tuple[list[Delivery], str]:
        """Return such a page for a whole *account*; *wanted* may only ask for deliveries that need attention.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        query = attention_query(account, wanted, newest_first=True, after=after)
        some = READ_AT_ONCE if wanted.looks_inside else min(limit + 1, READ_AT_ONCE)
        chunks = self._attention(_limited(query, limit + 1 if wanted.all_attention else None), some)
        return first_matches(chunks, wanted, limit)

    def newest(self, owner: str, wanted: Filter, *, after: str, at_once: int | None = None) -> Chunks:
        """Yield candidates, newest first, in chunks with the id to continue from, if any.

        *at_once* limits each read, for callers that want only a few.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        return self._pages(_limited(build_query(owner, wanted, newest_first=True, after=after), at_once))

    def repeatable(self, owner: str, wanted: Filter, *, after: str, now: datetime) -> Chunks:
        """Yield what may be redelivered, oldest first, in chunks with the id to continue from, if any.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        query = build_query(owner, wanted, newest_first=False, after=after)
        whole = wanted.looks_inside
        for items, last in self._pages(query and repeatable(query, now, whole=whole)):
            yield [item for item in items if not whole or wanted.matches(delivery_from_item(item))], last

    def repeatable_of_account(self, account: str, wanted: Filter, *, after: str, now: datetime) -> Chunks:
        """Yield the same for a whole *account*, limited to deliveries that need attention; whole items.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        for items, last in self._attention(attention_query(account, wanted, newest_first=False, after=after)):
            read = [(item, delivery_from_item(item)) for item in items]
            yield [item for item, one in read if wanted.matches(one) and is_repeatable(one, now)], last

    def send_again(self, items: Sequence[tuple[Item, datetime]]) -> int:
        """Make deliveries pending until the given times, on the due index, where `requeue` finds them.

        Return how many were changed: others may have been written by somebody else in the meantime.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        return sum(self._mapper(lambda pair: self._redeliver(*pair), items))

    def _attention(self, query: Query | None, at_once: int = READ_AT_ONCE) -> Chunks:
        """Yield whole items for the index's entries, *at_once* in a chunk; some may have changed since."""
        for entries, last in self._pages(query):
            keys = [self._table.key_of(entry) for entry in entries]
            for chunk in batched(keys, at_once, strict=False):
                found = self._table.read(chunk)
                if found.unread:
                    raise InfrastructureError("reading deliveries: the table is busy")
                by_key = {self._table.key_of(item): item for item in found.items}
                rest = last if chunk[-1] == keys[-1] else chunk[-1][1]
                yield [by_key[key] for key in chunk if key in by_key], rest
            if not keys:
                yield [], last

    def _pages(self, query: Query | None) -> Chunks:
        for page in self._table.query(query, doing="reading deliveries") if query else ():
            last = page.get("LastEvaluatedKey")
            yield list(page["Items"]), self._table.key_of(last)[1] if last else ""

    def _redeliver(self, item: Item, due: datetime) -> bool:
        read = item["version"]["N"]
        change = Change(
            set={
                "status": {"S": DeliveryStatus.PENDING},
                "attention": {"S": split_owner(item["owner"]["S"])[0]},
                "reason": {"S": AttemptReason.REDELIVERY},
                "due": {"N": str(to_millis(due))},
                "due_shard": {"S": get_shard(item["delivery"]["S"])},
                "tries": {"N": "0"},
                "version": {"N": str(int(read) + 1)},
            },
            remove=["note"],
        )
        unchanged = Condition(holds="version = :read", values={":read": {"N": read}})
        return self._table.update(
            self._table.key_of(item), change, doing="making a delivery again", only_if=unchanged
        ).done


def first_matches(chunks: Chunks, wanted: Filter, limit: int) -> tuple[list[Delivery], str]:
    """Return the first *limit* deliveries in *chunks* that are *wanted*, and the id to continue from, if any."""
    found: list[Delivery] = []
    for number, (items, last) in enumerate(chunks, 1):
        found += filter(wanted.matches, map(delivery_from_item, items))
        if len(found) > limit:
            return found[:limit], found[limit - 1].id
        if number == MAX_PAGES or not last:
            return found, last
    return found, ""


def _limited(query: Query | None, at_once: int | None) -> Query | None:
    return {**query, "Limit": at_once} if query and at_once else query
