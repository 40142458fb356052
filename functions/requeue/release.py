"""Release backlogs: one delivery as a probe while a breaker is open, all of them once it has closed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from requeue.due import AHEAD
from ringback.aws.dynamodb import READ_AT_ONCE, Key
from ringback.breaker import Breaker
from ringback.storage.backlog import Backlog, Backlogs
from ringback.storage.due_index import ScheduledDelivery

RELEASE_PER_MINUTE = (1_200, 2_400, 4_800, 9_600, 19_200)
"""Deliveries of one backlog that are released in the first minute, the second, …: 20 to 320 a second.

An endpoint that has just recovered is not flooded, and if it fails again, the rest have not moved.
"""

MINUTE = timedelta(minutes=1)
"""The interval between runs."""

LAST_LOOK = timedelta(minutes=5)
"""How long an empty backlog is still checked, because environments with a cached callback may still add to it."""

OVERDUE_AT_ONCE = 100
"""Expired deliveries of one backlog that one run releases."""

LEAVES_SECONDS = 30
"""Remaining time below which it stops, because moving due deliveries is more urgent."""


class BacklogRelease:
    """One run over all backlogs."""

    def __init__(  # noqa: PLR0913 - what it reads and writes, and its clock's and dice's limits
        self,
        *,
        backlogs: Backlogs,
        breakers: Callable[[Iterable[Key]], Mapping[Key, Breaker]],
        clock: Callable[[], datetime],
        uniform: Callable[[float, float], float],
        time_left: Callable[[], float],
        mapper: Callable[..., Iterable[Any]] = map,
    ) -> None:
        """*breakers* reads the breakers of callbacks; *mapper* may run writes concurrently."""
        self._backlogs = backlogs
        self._breakers = breakers
        self._clock = clock
        self._uniform = uniform
        self._time_left = time_left
        self._mapper = mapper
        self.open = 0
        """How many callbacks had an open breaker in the last run."""

    def run(self) -> int:
        """Put deliveries on the due index, where `requeue` finds them, and return how many.

        Raises:
            InfrastructureError: a table is unavailable.
        """
        # In random order, so that a long backlog does not always delay the same others.
        backlogs = sorted(self._backlogs.all(), key=lambda _: self._uniform(0, 1))
        released = self.open = 0
        for some in batched(backlogs, READ_AT_ONCE, strict=False):
            breakers = self._breakers(backlog.callback for backlog in some)
            for backlog in some:
                if self._time_left() < LEAVES_SECONDS:
                    return released
                if backlog.callback in breakers:
                    released += self._serve(backlog, breakers[backlog.callback])
        return released

    def _serve(self, backlog: Backlog, breaker: Breaker) -> int:
        now = self._clock()
        if breaker.open_until is None:
            return self._drain(backlog if backlog.closed else self._backlogs.mark(backlog, now), now)
        self.open += 1
        if backlog.closed:
            self._backlogs.mark(backlog, None)
        return self._probe(backlog, breaker.open_until, now) if breaker.open_until < now + AHEAD else 0

    def _probe(self, backlog: Backlog, at: datetime, now: datetime) -> int:
        first = self._backlogs.waiting(backlog, OVERDUE_AT_ONCE)
        overdue = [parked for parked in first if parked.due <= now]
        probe = first[len(overdue) : len(overdue) + 1]
        released = self._release(overdue, lambda: now)
        return released + self._release(probe, lambda: max(at, now))

    def _drain(self, backlog: Backlog, now: datetime) -> int:
        waited = now - (backlog.closed or now)
        most = RELEASE_PER_MINUTE[min(waited // MINUTE, len(RELEASE_PER_MINUTE) - 1)]
        waiting = self._backlogs.waiting(backlog, most)
        if not waiting and waited > LAST_LOOK:
            self._backlogs.end(backlog, now)
        return self._release(waiting, lambda: now + MINUTE * self._uniform(0, 1))

    def _release(self, waiting: Sequence[ScheduledDelivery], due: Callable[[], datetime]) -> int:
        return sum(self._mapper(lambda parked: self._backlogs.release(parked, due=due()), waiting))
