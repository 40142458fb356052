"""Lets waiting deliveries out of their lines: one at a time to probe, all of them when their callback has closed."""

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
"""Deliveries that one line gets back in the first minute, the second, …: an endpoint that is just up again is not
flooded, and if it fails again, the rest have not moved. 20 a second at first, 320 at last."""

MINUTE = timedelta(minutes=1)
"""Between two runs."""

LAST_LOOK = timedelta(minutes=5)
"""How long an empty line is still looked at: environments that read the callback earlier put deliveries into it."""

OVERDUE_AT_ONCE = 100
"""Deliveries of a line whose waiting has ended without success that one run lets out."""

LEAVES_SECONDS = 30
"""It stops when the run has so long to live: what is due comes first."""


class BacklogRelease:
    """One run over all lines."""

    def __init__(  # noqa: PLR0913 - what it reads and writes, and its clock's and dice's limits
        self,
        *,
        lines: Backlogs,
        breakers: Callable[[Iterable[Key]], Mapping[Key, Breaker]],
        clock: Callable[[], datetime],
        uniform: Callable[[float, float], float],
        time_left: Callable[[], float],
        mapper: Callable[..., Iterable[Any]] = map,
    ) -> None:
        """*breakers* reads those of callbacks; *mapper* may run single writes side by side."""
        self._lines = lines
        self._breakers = breakers
        self._clock = clock
        self._uniform = uniform
        self._time_left = time_left
        self._mapper = mapper
        self.open = 0
        """Callbacks that the last run found open."""

    def run(self) -> int:
        """How many deliveries were let out; their times are on the due index now, where `requeue` finds them.

        Raises:
            OurFault: a table is out of reach.
        """
        # In an order of its own each time, so that a long line does not keep the same ones from their turn.
        lines = sorted(self._lines.all(), key=lambda _: self._uniform(0, 1))
        released = self.open = 0
        for some in batched(lines, READ_AT_ONCE, strict=False):
            breakers = self._breakers(line.callback for line in some)
            for line in some:
                if self._time_left() < LEAVES_SECONDS:
                    return released
                if line.callback in breakers:
                    released += self._serve(line, breakers[line.callback])
        return released

    def _serve(self, line: Backlog, breaker: Breaker) -> int:
        now = self._clock()
        if breaker.open_until is None:
            return self._drain(line if line.closed else self._lines.mark(line, now), now)
        self.open += 1
        if line.closed:
            self._lines.mark(line, None)
        return self._probe(line, breaker.open_until, now) if breaker.open_until < now + AHEAD else 0

    def _probe(self, line: Backlog, at: datetime, now: datetime) -> int:
        first = self._lines.waiting(line, OVERDUE_AT_ONCE)
        overdue = [parked for parked in first if parked.due <= now]
        probe = first[len(overdue) : len(overdue) + 1]
        released = self._release(overdue, lambda: now)
        return released + self._release(probe, lambda: max(at, now))

    def _drain(self, line: Backlog, now: datetime) -> int:
        waited = now - (line.closed or now)
        most = RELEASE_PER_MINUTE[min(waited // MINUTE, len(RELEASE_PER_MINUTE) - 1)]
        waiting = self._lines.waiting(line, most)
        if not waiting and waited > LAST_LOOK:
            self._lines.end(line, now)
        return self._release(waiting, lambda: now + MINUTE * self._uniform(0, 1))

    def _release(self, waiting: Sequence[ScheduledDelivery], due: Callable[[], datetime]) -> int:
        return sum(self._mapper(lambda parked: self._lines.release(parked, due=due()), waiting))
