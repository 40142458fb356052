"""Bring back lost deliveries: those that are pending and long overdue, because their message is lost or very late.

No known crash loses a message. This is a safety net for unknown ones, and for messages that became dead letters while a
table was unavailable.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from requeue.due import send_all
from ringback.aws.sqs import Queue
from ringback.storage.due_index import SHARDS, DueIndex, queued

LOST_AFTER = timedelta(minutes=30)
"""How long overdue a delivery counts as lost: its message becomes a dead letter after 15 minutes (5 receives of 180 s).

The other 15 minutes allow for a backlog of the queue, where messages are late but not lost.
"""

MAX_PER_SHARD = 25
"""Deliveries that one run brings back from each of the 8 shards: 200 a minute in all."""


def find_lost(
    *,
    index: DueIndex,
    retries: Queue,
    clock: Callable[[], datetime],
    time_left: Callable[[], float],
    mapper: Callable[..., Iterable[Any]] = map,
) -> int:
    """Send lost deliveries a second message for the same attempt, and return how many.

    The message has the same due time as the first, so that `deliver` drops whichever of the two comes later.

    Raises:
        InfrastructureError: the table or the queue is unavailable.
    """
    overdue = (index.parked(queued(shard), until=clock() - LOST_AFTER, at_once=MAX_PER_SHARD) for shard in SHARDS)
    lost = (islice(deliveries, MAX_PER_SHARD) for deliveries in overdue)
    return send_all(lost, then=index.note_sought, retries=retries, clock=clock, time_left=time_left, mapper=mapper)
