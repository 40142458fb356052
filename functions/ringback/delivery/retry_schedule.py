"""When a failed attempt is followed by another; the customer's documentation repeats this table."""

from collections.abc import Callable

from ringback.http.response import LONGEST_RETRY_AFTER

SCHEDULE = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds to wait after attempt 1, 2, …; after the last one the delivery has failed: 10 attempts over about 3 days."""

SPREAD = 0.2
"""Each wait is longer or shorter by up to this share, so that what failed together does not come back together."""


def delay_after(tries: int, *, retry_after: float | None, uniform: Callable[[float, float], float]) -> float | None:
    """Return the seconds from attempt number *tries* to the next one, or None when there is none left.

    *retry_after* (seconds) only ever makes it later.
    """
    if tries > len(SCHEDULE):
        return None
    planned = SCHEDULE[tries - 1] * uniform(1 - SPREAD, 1 + SPREAD)
    return max(planned, min(retry_after or 0, LONGEST_RETRY_AFTER))
