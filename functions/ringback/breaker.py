"""Decide when to leave a failing endpoint alone, when to probe it, and when to give it up.

The customers' documentation repeats these numbers.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from ringback.frozen import frozen

FAILURES_THAT_OPEN = 10
"""Failed attempts in a row after which an endpoint gets nothing but probes."""

FAILURES_THAT_DEFER = 3
"""Failed attempts in a row after which first attempts take the retries lane, where a hanging one delays no event."""

PROBE_WAITS = (60, 120, 240, 480, 960, 1_920, 3_600)
"""Seconds from the opening to the first probe, from the first to the second, and so on; the last one repeats."""

SPREAD = 0.1
"""Each wait varies by up to this share, so that breakers that opened together are not probed together."""

DISABLED_AFTER = timedelta(days=5)
"""An open callback without a success for this long is turned off."""


class Admission(StrEnum):
    """What may happen to a delivery now."""

    ATTEMPT = "attempt"
    DEFER = "defer"
    """Attempt it at once, in the retries lane."""
    PROBE = "probe"
    """Attempt it if nobody else has claimed the probe that is due."""
    WAIT = "wait"


@frozen
class Breaker:
    """What is known of an endpoint that fails; of one that works, nothing is kept."""

    failures: int = 0
    """Failed attempts in a row."""
    failing_since: datetime | None = None
    open_until: datetime | None = None
    """The time of the next probe, set while the breaker is open."""
    probes: int = 0
    """Probes claimed since it opened."""

    @property
    def is_open(self) -> bool:
        """Whether deliveries wait."""
        return self.open_until is not None

    @property
    def shall_open(self) -> bool:
        """Whether the endpoint has failed often enough for the breaker to open, and it has not yet."""
        return not self.is_open and self.failures >= FAILURES_THAT_OPEN

    def admits(self, now: datetime, *, first: bool) -> Admission:
        """Say what may happen to a delivery due *now*; *first* means that nobody has attempted or postponed it."""
        if self.open_until:
            return Admission.PROBE if now >= self.open_until else Admission.WAIT
        if first and self.failures >= FAILURES_THAT_DEFER:
            return Admission.DEFER
        return Admission.ATTEMPT

    def opened(self, now: datetime, uniform: Callable[[float, float], float]) -> "Breaker":
        """Open the breaker."""
        return replace(self, probes=0, open_until=now + _wait(0, uniform))

    def probed(self, now: datetime, uniform: Callable[[float, float], float]) -> "Breaker":
        """Claim the due probe and schedule the next, in case this one fails."""
        probes = self.probes + 1
        return replace(self, probes=probes, open_until=now + _wait(probes, uniform))

    def hopeless(self, now: datetime) -> bool:
        """Whether the endpoint has failed for so long that its callback is to be turned off."""
        return self.is_open and self.failing_since is not None and now - self.failing_since >= DISABLED_AFTER


HEALTHY = Breaker()
"""The breaker of every callback that works; nothing is stored for it."""


def _wait(probes: int, uniform: Callable[[float, float], float]) -> timedelta:
    seconds = PROBE_WAITS[min(probes, len(PROBE_WAITS) - 1)]
    return timedelta(seconds=seconds * uniform(1 - SPREAD, 1 + SPREAD))
