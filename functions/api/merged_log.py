"""Merge the deliveries of many partitions into one list, newest first, within a bounded number of reads.

Each partition is read as far as needed. The list is complete down to the id that all partitions have been read to, and
a page never goes further: it may be short, and the next page continues from there.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.delivery_log import Log
from api.delivery_queries import LAST, Filter
from ringback.models import Delivery
from ringback.storage.deliveries import delivery_from_item

MAX_FURTHER_READS = 100
"""Reads in addition to the first one of each partition."""

READS_AT_ONCE = 10
"""Partitions that are read further, concurrently, before checking again whether the page is full."""

FIRST_READ = 4
"""Deliveries of each partition to read at first, at least."""

GROWTH = 4
"""Factor by which each further read of the same partition grows: one that lags behind has many deliveries."""

MAX_READ = 400
"""Deliveries in one read, at most."""


@dataclass(slots=True, kw_only=True)
class _Partition:
    """One partition, and how far it has been read."""

    owner: str
    reached: str
    """The id down to which everything has been read; empty at the end."""
    next_read: int
    found: list[Delivery] = field(default_factory=list)


def merged_page(  # noqa: PLR0913 - what a page is of
    log: Log,
    owners: Sequence[str],
    wanted: Filter,
    *,
    after: str,
    limit: int,
    mapper: Callable[..., Iterable[Any]],
) -> tuple[list[Delivery], str]:
    """Return the next *limit* matches of all *owners* older than *after*, and the id to continue from, if any.

    Raises:
        InfrastructureError: the table is unavailable.
    """

    def read(partition: _Partition) -> None:
        start = after if partition.reached == LAST else partition.reached
        chunks = log.newest(partition.owner, wanted, after=start, at_once=partition.next_read)
        items, partition.reached = next(chunks, ([], ""))
        partition.next_read = min(partition.next_read * GROWTH, MAX_READ)
        partition.found += filter(wanted.matches, map(delivery_from_item, items))

    first = min(max(FIRST_READ, 2 * limit // len(owners)), limit) + 1
    partitions = [_Partition(owner=owner, reached=LAST, next_read=first) for owner in owners]
    behind = partitions
    reads = -len(partitions)
    while True:
        list(mapper(read, behind))
        reads += len(behind)
        place = max(partition.reached for partition in partitions)
        complete = sorted(
            (one for partition in partitions for one in partition.found if one.id >= place),
            key=lambda one: one.id,
            reverse=True,
        )
        if len(complete) > limit:
            return complete[:limit], complete[limit - 1].id
        if not place or reads >= MAX_FURTHER_READS:
            return complete, place
        unfinished = [partition for partition in partitions if partition.reached]
        behind = sorted(unfinished, key=lambda partition: partition.reached, reverse=True)[:READS_AT_ONCE]
