"""Read and write times as they are stored and shown: UTC, to the millisecond."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

PATTERN: Final = (
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}"
    "(?:[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?: ?[Zz]| ?[+-][0-9]{2}(?::?[0-9]{2})?)?)?$"
)
"""What people and their libraries write. Python accepts more, and takes 1795120112345 for the year 1795."""

_WRITTEN: Final = re.compile(PATTERN)


def to_millis(at: datetime) -> int:
    """Return whole milliseconds since 1970."""
    return (at - _EPOCH) // _MILLISECOND


def from_millis(at: int) -> datetime:
    """Return the time *at* milliseconds after 1970."""
    return _EPOCH + at * _MILLISECOND


def parse_time(text: str) -> datetime:
    """Parse ISO 8601's extended form; a time without an offset is UTC, and a date means its start.

    Raises:
        ValueError: *text* has another form, or no such time exists in UTC.
    """
    if not _WRITTEN.fullmatch(text):
        raise ValueError(text)
    time = datetime.fromisoformat(text.upper())
    try:
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(text) from error


def to_iso(at: datetime) -> str:
    """Format as ISO 8601 with milliseconds and `Z` (facts: dates are UTC, ISO 8601)."""
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    # Python formats a naive time twice as fast.
    return utc.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
