"""Times as they are stored and shown: UTC, to the millisecond."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def milliseconds(at: datetime) -> int:
    """Whole milliseconds since 1970."""
    return (at - _EPOCH) // _MILLISECOND


def moment(at: int) -> datetime:
    """The time that is *at* milliseconds after 1970."""
    return _EPOCH + at * _MILLISECOND


def parse_time(text: str) -> datetime:
    """The time that ISO 8601 *text* stands for; one without an offset is in UTC.

    Raises:
        ValueError: it stands for none that this calendar has in UTC.
    """
    time = datetime.fromisoformat(text)
    try:
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(text) from error


def iso(at: datetime) -> str:
    """ISO 8601 with milliseconds and `Z` (facts: dates are UTC, ISO 8601)."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
