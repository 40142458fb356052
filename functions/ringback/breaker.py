"""The breaker of a callback: when to leave a failing endpoint alone, when to ask again, when to give it up.

The customer's documentation repeats these numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

FAILURES_THAT_OPEN = 10
"""Failed attempts in a row after which nothing but probes goes to an endpoint."""

FAILURES_THAT_DEFER = 3
"""Failed attempts in a row after which first attempts go by the retries lane: they may hang, and hold up others."""

PROBE_WAITS = (60, 120, 240, 480, 960, 1_920, 3_600)
"""Seconds from the opening to the first probe, from that to the second, …; the last one goes on for ever."""

SPREAD = 0.1
"""Each wait is longer or shorter by up to this share, so that what opened together is not probed together."""

DISABLED_AFTER = timedelta(days=5)
"""An open callback that has had no success for so long is turned off."""


class Admission(StrEnum):
    """What may be done for a delivery now."""

    ATTEMPT = "attempt"
    DEFER = "defer"
    """Attempt it in the retries lane, at once."""
    PROBE = "probe"
    """Attempt it if nobody else makes the probe that is due."""
    WAIT = "wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """What is known of an endpoint that fails; nothing at all of one that does not."""

    failures: int = 0
    """In a row."""
    failing_since: datetime | None = None
    open_until: datetime | None = None
    """Set while it is open: the time of the next probe."""
    probes: int = 0
    """How many were claimed since it opened."""

    @property
    def is_open(self) -> bool:
        """Whether its deliveries wait."""
        return self.open_until is not None

    @property
    def shall_open(self) -> bool:
        """Whether it has failed often enough, and is not open yet."""
        return not self.is_open and self.failures >= FAILURES_THAT_OPEN

    def admits(self, now: datetime, *, first: bool) -> Admission:
        """What becomes of a delivery that is due *now*; *first* of one that nobody has attempted or put off."""
        if self.open_until:
            return Admission.PROBE if now >= self.open_until else Admission.WAIT
        if first and self.failures >= FAILURES_THAT_DEFER:
            return Admission.DEFER
        return Admission.ATTEMPT

    def opened(self, now: datetime, uniform: Callable[[float, float], float]) -> "Breaker":
        """It as it opens."""
        return replace(self, probes=0, open_until=now + _wait(0, uniform))

    def probed(self, now: datetime, uniform: Callable[[float, float], float]) -> "Breaker":
        """It with the probe that is due claimed, and the time of the next one, should that fail."""
        probes = self.probes + 1
        return replace(self, probes=probes, open_until=now + _wait(probes, uniform))

    def hopeless(self, now: datetime) -> bool:
        """Whether it has failed for so long that its callback is turned off."""
        return self.is_open and self.failing_since is not None and now - self.failing_since >= DISABLED_AFTER


HEALTHY = Breaker()
"""Of every callback that works: nothing is stored."""


def _wait(probes: int, uniform: Callable[[float, float], float]) -> timedelta:
    seconds = PROBE_WAITS[min(probes, len(PROBE_WAITS) - 1)]
    return timedelta(seconds=seconds * uniform(1 - SPREAD, 1 + SPREAD))
