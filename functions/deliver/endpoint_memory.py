"""What one execution environment remembers about endpoints: which are slow, and their failures in a row.

A success of a healthy callback writes nothing, so the table knows of failures alone. If each was counted there at once,
one failure in a hundred would look like a hundred failures in a row: those soon after a success are counted here first.
"""

from datetime import datetime, timedelta

from ringback.aws.dynamodb import Key
from ringback.bounded import BoundedDict
from ringback.breaker import FAILURES_THAT_OPEN

RECENT = timedelta(seconds=5)
"""An older success vouches for nothing: batches that began since then have read what others counted."""

MAX_REMEMBERED = 10_000
"""Callbacks that one execution environment remembers something about."""

SLOW_MILLISECONDS = 3_000
"""An attempt that takes longer is slow. Going by the retries lane costs a second, and a write that is worth 0.3 s."""

REMEMBERED = timedelta(minutes=10)
"""After this time without a slow attempt, an endpoint may show again how fast it is."""


class SlowEndpoints:
    """Endpoints whose last attempt was slow."""

    def __init__(self) -> None:
        self._slow: BoundedDict[Key, datetime] = BoundedDict(MAX_REMEMBERED)

    def observe(self, callback: Key, milliseconds: int, at: datetime) -> None:
        """Take note of an attempt that ended *at* some time after so many *milliseconds*."""
        if milliseconds < SLOW_MILLISECONDS:
            self._slow.pop(callback, None)
        else:
            self._slow[callback] = at

    def is_slow(self, callback: Key, now: datetime) -> bool:
        """Return whether the last attempt was slow, and recent enough to matter."""
        slow = self._slow.get(callback)
        return slow is not None and now - slow < REMEMBERED


class ConsecutiveFailures:
    """Failures in a row that are not in the table yet."""

    def __init__(self) -> None:
        self._succeeded: BoundedDict[Key, datetime] = BoundedDict(MAX_REMEMBERED)
        self._failures: BoundedDict[Key, int] = BoundedDict(MAX_REMEMBERED)

    def succeeded(self, callback: Key, at: datetime) -> None:
        """Forget the failures before a success."""
        self._succeeded[callback] = at
        self._failures.pop(callback, None)

    def failed(self, callback: Key, failures: int, at: datetime) -> int:
        """Add *failures* in a row, and return how many to count in the table now."""
        row = self._failures.get(callback, 0) + failures
        success = self._succeeded.get(callback)
        if success and at - success < RECENT and row < FAILURES_THAT_OPEN:
            self._failures[callback] = row
            return 0
        self._failures.pop(callback, None)
        self._succeeded.pop(callback, None)
        return row
