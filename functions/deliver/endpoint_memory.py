"""Failures in a row, as one execution environment sees them beside its successes.

A success of a healthy callback writes nothing, so the table knows of failures alone: counted there at once, one failure
in a hundred would look like a hundred failures in a row. What failed soon after a success is counted here first.
"""

from datetime import datetime, timedelta

from ringback.aws.dynamodb import Key
from ringback.breaker import FAILURES_THAT_OPEN

RECENT = timedelta(seconds=5)
"""Successes further back vouch for nothing: batches that began since then have read what others counted."""

MAX_REMEMBERED = 10_000
"""Callbacks that one execution environment remembers something about."""

SLOW_MILLISECONDS = 3_000
"""An attempt that takes longer is slow; the way by the retries lane costs a second, and a write that is worth 0.3 s."""

REMEMBERED = timedelta(minutes=10)
"""After that without a slow attempt, an environment lets the endpoint show again how fast it is."""


class SlowEndpoints:
    """Says whose attempts are slow."""

    def __init__(self) -> None:
        self._slow: dict[Key, datetime] = {}

    def took(self, callback: Key, milliseconds: int, at: datetime) -> None:
        """An attempt that ended *at* some time took so long."""
        if milliseconds < SLOW_MILLISECONDS:
            self._slow.pop(callback, None)
            return
        if len(self._slow) >= MAX_REMEMBERED:
            self._slow.clear()
        self._slow[callback] = at

    def is_slow(self, callback: Key, now: datetime) -> bool:
        """Whether its last attempt was slow, and not too long ago to matter."""
        slow = self._slow.get(callback)
        return slow is not None and now - slow < REMEMBERED


class ConsecutiveFailures:
    """Says how many failures are to be counted in the table."""

    def __init__(self) -> None:
        self._succeeded: dict[Key, datetime] = {}
        self._failures: dict[Key, int] = {}

    def succeeded(self, callback: Key, at: datetime) -> None:
        """The failures before it count no more."""
        if len(self._succeeded) >= MAX_REMEMBERED:
            self._succeeded.clear()
        self._succeeded[callback] = at
        self._failures.pop(callback, None)

    def failed(self, callback: Key, failures: int, at: datetime) -> int:
        """How many to count in the table now, after *failures* more in a row."""
        row = self._failures.get(callback, 0) + failures
        success = self._succeeded.get(callback)
        if success and at - success < RECENT and row < FAILURES_THAT_OPEN:
            self._failures[callback] = row
            return 0
        self._failures.pop(callback, None)
        self._succeeded.pop(callback, None)
        return row
