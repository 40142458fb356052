"""Move deliveries that are due soon from the table to the Retries queue."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from ringback.aws.sqs import SEND_AT_ONCE, Outgoing, Queue
from ringback.delivery.retry_message import build_retry_message
from ringback.storage.due_index import SHARDS, DueIndex, ScheduledDelivery

AHEAD = timedelta(seconds=90)
"""How far ahead to look: a minute until the next run, half a minute in case it is late; the queue delays the rest."""

RUN_NEEDS_SECONDS = 10
"""Remaining time below which a run stops; the next run goes on."""


def requeue(
    *,
    index: DueIndex,
    retries: Queue,
    clock: Callable[[], datetime],
    time_left: Callable[[], float],
    mapper: Callable[..., Iterable[Any]] = map,
) -> int:
    """Move due deliveries and return how many; those that could not be sent stay for the next run.

    A delivery is sent before it is unparked: after a crash in between it is sent twice, and `deliver` drops the second.

    Raises:
        InfrastructureError: the table or the queue is unavailable.
    """
    due = (index.parked(shard, until=clock() + AHEAD) for shard in SHARDS)
    return send_all(due, then=index.unpark, retries=retries, clock=clock, time_left=time_left, mapper=mapper)


def send_all(  # noqa: PLR0913 - what both searches of a run have in common
    shards: Iterable[Iterable[ScheduledDelivery]],
    *,
    then: Callable[[ScheduledDelivery], object],
    retries: Queue,
    clock: Callable[[], datetime],
    time_left: Callable[[], float],
    mapper: Callable[..., Iterable[Any]],
) -> int:
    """Send messages for the deliveries of *shards* while there is time, and call *then* for each that was accepted.

    Return how many were accepted.

    Raises:
        InfrastructureError: the table or the queue is unavailable.
    """
    accepted = 0
    for deliveries in shards:
        for chunk in batched(deliveries, SEND_AT_ONCE, strict=False):
            if time_left() < RUN_NEEDS_SECONDS:
                return accepted
            sent = _send(chunk, retries, clock())
            list(mapper(then, sent))
            accepted += len(sent)
    return accepted


def _send(chunk: Sequence[ScheduledDelivery], retries: Queue, now: datetime) -> list[ScheduledDelivery]:
    """Send messages for *chunk*, and return the deliveries whose message the queue accepted.

    Raises:
        InfrastructureError: the queue is unavailable.
    """
    outgoing = [
        build_retry_message(owner=parked.owner, delivery=parked.delivery, due=parked.due, now=now) for parked in chunk
    ]
    refused: list[Outgoing] = retries.send(outgoing)
    return [parked for parked, message in zip(chunk, outgoing, strict=True) if message not in refused]
