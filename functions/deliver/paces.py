"""Endpoints that take their time, as one execution environment sees them.

Whatever its batch has beside it, an invocation lasts as long as its slowest answer: one of 5 s holds it for as long as
25 usual batches take. Nothing of this is stored: each environment finds out by itself, at the cost of one batch.
"""

from datetime import datetime, timedelta

from deliver.streaks import MOST_REMEMBERED
from ringback.tables import Key

SLOW_MILLISECONDS = 3_000
"""An attempt that takes longer is slow; the way by the retries lane costs a second, and a write that is worth 0.3 s."""

REMEMBERED = timedelta(minutes=10)
"""After that without a slow attempt, an environment lets the endpoint show again how fast it is."""


class Paces:
    """Says whose attempts are slow."""

    def __init__(self) -> None:
        self._slow: dict[Key, datetime] = {}

    def took(self, callback: Key, milliseconds: int, at: datetime) -> None:
        """An attempt that ended *at* some time took so long."""
        if milliseconds < SLOW_MILLISECONDS:
            self._slow.pop(callback, None)
            return
        if len(self._slow) >= MOST_REMEMBERED:
            self._slow.clear()
        self._slow[callback] = at

    def is_slow(self, callback: Key, now: datetime) -> bool:
        """Whether its last attempt was slow, and not too long ago to matter."""
        slow = self._slow.get(callback)
        return slow is not None and now - slow < REMEMBERED
