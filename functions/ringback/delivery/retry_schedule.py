"""When a failed attempt is followed by another, and where it waits until then.

The customer's documentation repeats the table.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from ringback.aws.sqs import LONGEST_DELAY
from ringback.http.response import LONGEST_RETRY_AFTER
from ringback.models import Delivery

SCHEDULE = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds to wait after attempt 1, 2, …; after the last one the delivery has failed: 10 attempts over about 3 days."""

SPREAD = 0.2
"""Each wait is longer or shorter by up to this share, so that what failed together does not come back together."""

LONGEST_QUEUE_WAIT = timedelta(seconds=LONGEST_DELAY)
"""A shorter wait is a message's delay on the Retries queue; a longer one is a due time in the table, for `requeue`."""


def delay_after(tries: int, *, retry_after: float | None, uniform: Callable[[float, float], float]) -> float | None:
    """Return the seconds from attempt number *tries* to the next one, or None when there is none left.

    *retry_after* (seconds) only ever makes it later.
    """
    if tries > len(SCHEDULE):
        return None
    planned = SCHEDULE[tries - 1] * uniform(1 - SPREAD, 1 + SPREAD)
    return max(planned, min(retry_after or 0, LONGEST_RETRY_AFTER))


def waits_in_table(delivery: Delivery, now: datetime) -> bool:
    """Return whether *delivery* waits in the table, not on the queue: for its endpoint, or longer than a queue can."""
    return bool(delivery.backlog) or (delivery.due is not None and delivery.due > now + LONGEST_QUEUE_WAIT)
