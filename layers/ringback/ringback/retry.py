"""When a failed attempt is followed by another; the customer's documentation repeats this table."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

SCHEDULE = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds to wait after attempt 1, 2, …; after the last one the delivery has failed: 10 attempts over about 3 days."""

SPREAD = 0.2
"""Each wait is longer or shorter by up to this share, so that what failed together does not come back together."""

LONGEST_RETRY_AFTER = 86_400
"""Seconds; a receiver that asks for more is asked again after a day."""

_SECONDS = re.compile(r"(\d+)(?:\.(\d+))? ?s?", re.ASCII | re.IGNORECASE)

_MAX_DATE = 64
"""Characters of a date; HTTP's own have 29, and reading them takes longer than anything else in an answer's head."""

_MOST_DIGITS = 9
"""A longer number of seconds is over the cap, whatever it says; int() need not see it."""


def delay_after(tries: int, *, retry_after: float | None, uniform: Callable[[float, float], float]) -> float | None:
    """Seconds until the next attempt after *tries* of them, or None when there is none left.

    *retry_after* (seconds) only ever makes it later.
    """
    if tries > len(SCHEDULE):
        return None
    planned = SCHEDULE[tries - 1] * uniform(1 - SPREAD, 1 + SPREAD)
    return max(planned, min(retry_after or 0, LONGEST_RETRY_AFTER))


def parse_retry_after(text: str, now: datetime) -> float | None:
    """Seconds that a `Retry-After` header asks for (RFC 9110, 10.2.3); None where it says nothing usable.

    A fraction and the unit `s`, which some servers write against that rule, are understood: it is rounded up.
    """
    text = text.strip()
    if seconds := _SECONDS.fullmatch(text):
        whole, fraction = seconds[1], (seconds[2] or "").strip("0")
        return (
            LONGEST_RETRY_AFTER if len(whole) > _MOST_DIGITS else min(int(whole) + bool(fraction), LONGEST_RETRY_AFTER)
        )
    if len(text) > _MAX_DATE:
        return None
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    if when.tzinfo is None:  # "-0000": UTC of an unknown zone, RFC 5322, 3.3
        when = when.replace(tzinfo=UTC)
    return min(max((when - now).total_seconds(), 0), LONGEST_RETRY_AFTER)
