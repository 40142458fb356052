"""Moves what is due soon from the table to the Retries queue, once a minute."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from ringback.aws.sqs import SEND_AT_ONCE, Outgoing, Queue
from ringback.delivery.retry_message import build_retry_message
from ringback.storage.due_index import SHARDS, DueIndex, ScheduledDelivery

AHEAD = timedelta(seconds=90)
"""How far ahead it looks: a run each minute, and half a minute for one that starts late. The queue waits the rest."""

RUN_NEEDS_SECONDS = 10
"""It stops in time to end by itself; what is left is moved a minute later."""


def requeue(
    *,
    index: DueIndex,
    retries: Queue,
    clock: Callable[[], datetime],
    time_left: Callable[[], float],
    mapper: Callable[..., Iterable[Any]] = map,
) -> int:
    """How many deliveries were moved; what could not be sent stays where it is for the next run.

    Sent first and noted then: a crash in between sends it twice, and `deliver` drops the second.

    Raises:
        OurFault: the table or the queue is out of reach.
    """
    moved = 0
    for shard in SHARDS:
        for chunk in batched(index.parked(shard, until=clock() + AHEAD), SEND_AT_ONCE, strict=False):
            if time_left() < RUN_NEEDS_SECONDS:
                return moved
            sent = send(chunk, retries, clock())
            list(mapper(index.unpark, sent))
            moved += len(sent)
    return moved


def send(chunk: Sequence[ScheduledDelivery], retries: Queue, now: datetime) -> list[ScheduledDelivery]:
    """Put messages for *chunk* on the queue; those of it that the queue took.

    Raises:
        OurFault: the queue is out of reach.
    """
    outgoing = [
        build_retry_message(owner=parked.owner, delivery=parked.delivery, due=parked.due, now=now) for parked in chunk
    ]
    refused: list[Outgoing] = retries.send(outgoing)
    return [parked for parked, message in zip(chunk, outgoing, strict=True) if message not in refused]
