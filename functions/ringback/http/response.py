"""An answer, and what its status and `Retry-After` say."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import inf

LONGEST_RETRY_AFTER = 86_400
"""Seconds; a receiver that asks for more time is called again after a day."""

_SECONDS = re.compile(r"(\d+)(?:\.(\d+))? ?s?", re.ASCII | re.IGNORECASE)

_MAX_DATE = 64
"""Characters of a date; those of HTTP have 29, and parsing them is the slowest part of reading a head."""

_MAX_DIGITS = 9
"""A number with more digits is over the cap in any case."""


def is_success(status: int) -> bool:
    """Return whether *status* is 2xx; a redirect is not a success."""
    return 200 <= status < 300  # noqa: PLR2004 - RFC 9110, 15.3


class Response:
    """A parsed answer, with the beginning of its body."""

    __slots__ = ("excerpt", "fields", "reason", "reusable", "seconds", "size", "status")

    def __init__(  # noqa: PLR0913 - the parts of an answer
        self,
        *,
        status: int,
        reason: str,
        fields: Mapping[bytes, tuple[bytes, bytes]],
        excerpt: bytes,
        size: int,
        reusable: bool,
    ) -> None:
        self.status = status
        self.reason = reason
        self.fields = fields
        """Names and values, by names in lower case; of those with the same name the last."""
        self.excerpt = excerpt
        """The beginning of its body, as it came."""
        self.size = size
        """Bytes of the whole body."""
        self.reusable = reusable
        """Whether its connection takes another request."""
        self.seconds = 0.0
        """What the attempt took, its look-up included."""

    def field(self, name: bytes) -> str:
        """Return the header field *name* (in lower case), or the empty string."""
        field = self.fields.get(name)
        return field[1].decode("latin-1") if field else ""


def parse_retry_after(text: str, now: datetime) -> float | None:
    """Return the seconds that a `Retry-After` header asks for (RFC 9110, 10.2.3), or None if it is unusable.

    A fraction and the unit `s`, which some servers send against the rule, are understood; a fraction is rounded up.
    """
    seconds = _parse_seconds(text.strip(), now)
    return None if seconds is None else min(seconds, LONGEST_RETRY_AFTER)


def _parse_seconds(text: str, now: datetime) -> float | None:
    if seconds := _SECONDS.fullmatch(text):
        whole, fraction = seconds[1], (seconds[2] or "").strip("0")
        return inf if len(whole) > _MAX_DIGITS else int(whole) + bool(fraction)
    if len(text) > _MAX_DATE:
        return None
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    if when.tzinfo is None:  # "-0000": UTC of an unknown zone, RFC 5322, 3.3
        when = when.replace(tzinfo=UTC)
    return max((when - now).total_seconds(), 0)
