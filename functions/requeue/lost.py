"""Brings back deliveries that nobody else does: pending, long due, their message lost or far behind.

No crash that we know of leaves one. This is the net below those that we do not know of, and below messages that went to
the dead letters while a table was down.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import batched, islice
from typing import Any

from requeue.due import RUN_NEEDS_SECONDS, send
from ringback.aws.sqs import SEND_AT_ONCE, Queue
from ringback.storage.due_index import SHARDS, DueIndex, queued

LOST_AFTER = timedelta(minutes=30)
"""Overdue for so long, a delivery has lost its message: after 15 minutes (5 receives of 180 s) that is a dead letter.

The other half is for a backlog of the queue, whose messages are late and not lost.
"""

MAX_PER_SHARD = 25
"""Deliveries of each of the 8 shards that one run brings back, 200 a minute: few beside a backlog of that age."""


def seek(
    *,
    index: DueIndex,
    retries: Queue,
    clock: Callable[[], datetime],
    time_left: Callable[[], float],
    mapper: Callable[..., Iterable[Any]] = map,
) -> int:
    """How many deliveries got a second message; each gets one only for the same attempt.

    It names the same due time: whichever of the two `deliver` sees second, it drops.

    Raises:
        OurFault: the table or the queue is out of reach.
    """
    found = 0
    for shard in SHARDS:
        lost = index.parked(queued(shard), until=clock() - LOST_AFTER, at_once=MAX_PER_SHARD)
        for chunk in batched(islice(lost, MAX_PER_SHARD), SEND_AT_ONCE, strict=False):
            if time_left() < RUN_NEEDS_SECONDS:
                return found
            sent = send(chunk, retries, clock())
            list(mapper(index.note_sought, sent))
            found += len(sent)
    return found
