"""Simulate how long a healthy account waits in the Events lane while another one's endpoint never answers.

`python -m benchmarks.lanes` prints the numbers of docs/scale.md. Time is simulated, event by event. The queue and its
pollers are as AWS documents them: five invocations at first and 300 a minute more, up to EventsConcurrency; a fair
queue hands out the messages of quiet groups first. Nothing of this was measured on AWS.
"""

import heapq
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from statistics import quantiles

from ringback.breaker import FAILURES_THAT_DEFER

HANG_SECONDS = 15.0
QUICK_SECONDS = 0.05
"""Seconds of an invocation in which nobody waits for an answer: what is held or deferred is only written."""
FIRST_INVOCATIONS = 5
MORE_INVOCATIONS = 5.0
"""More invocations per second while there is work."""
PER_HOST = 10
"""Attempts of an environment at one host; the others wait 5 s for their turn, which holds up nothing longer."""
STEP = 0.01
SECONDS = 60
HEALTHY_RATE = 10
UNANSWERED_SECONDS = 3.0
"""Seconds after which an attempt would count as unanswered, if that were noted before it times out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """How the Events queue is polled, and what arrives."""

    size: int = 10
    window: float = 0.0
    concurrency: int = 100
    fair: bool = True
    """Whether messages have groups."""
    early: bool = False
    """Whether attempts count towards the retries lane before they time out."""
    at_once: int = 1_000
    """Events for the endpoint that hangs, all at the beginning; if none, `rate` a second."""
    rate: int = 0
    grown: bool = False
    """Whether Lambda has all invocations from the beginning, because others were busy before."""


@dataclass(slots=True)
class _Endpoint:
    """What deliver knows of the endpoint that hangs."""

    early: bool
    noted: deque[tuple[float, int]] = field(default_factory=deque)
    """When attempts will have failed, and how many."""
    unanswered: deque[tuple[float, int]] = field(default_factory=deque)
    failures: int = 0
    waiting: int = 0

    def attempts(self, now: float, many: int) -> bool:
        """Tell whether *many* events that are looked at *now* are attempted; if not, they are deferred or held."""
        self.failures += _due(self.noted, now)
        self.waiting += _due(self.unanswered, now)
        if self.failures >= FAILURES_THAT_DEFER or (self.early and self.waiting >= FAILURES_THAT_DEFER):
            return False
        made = min(many, PER_HOST)
        self.noted.append((now + HANG_SECONDS, made))
        self.unanswered.append((now + UNANSWERED_SECONDS, made))
        return True


def _due(noted: deque[tuple[float, int]], now: float) -> int:
    count = 0
    while noted and noted[0][0] <= now:
        count += noted.popleft()[1]
    return count


def _arrivals(lane: Lane) -> list[tuple[float, bool]]:
    """Return when events arrive, and whether they are the healthy account's."""
    healthy = [(number / HEALTHY_RATE, True) for number in range(SECONDS * HEALTHY_RATE)]
    trickle = [(number / lane.rate, False) for number in range(SECONDS * lane.rate)]
    return sorted([*healthy, *[(0.0, False)] * lane.at_once, *trickle])


def delays(lane: Lane) -> list[float]:
    """Return the seconds that each of the healthy account's events waited, ten a second for a minute."""
    coming, queue, endpoint = deque(_arrivals(lane)), deque[tuple[float, bool]](), _Endpoint(lane.early)
    busy: list[float] = []
    waited: list[float] = []
    step = 0
    while coming or queue:
        now = step * STEP
        step += 1
        while coming and coming[0][0] <= now:
            queue.append(coming.popleft())
        while busy and busy[0] <= now:
            heapq.heappop(busy)
        grown = lane.concurrency if lane.grown else FIRST_INVOCATIONS + int(MORE_INVOCATIONS * now)
        room = min(lane.concurrency, grown)
        while len(busy) < room and queue and (len(queue) >= lane.size or now - queue[0][0] >= lane.window):
            batch = _taken(queue, lane)
            waited += [now - at for at, healthy in batch if healthy]
            hanging = sum(not healthy for _, healthy in batch)
            held = bool(hanging) and endpoint.attempts(now, hanging)
            heapq.heappush(busy, now + (HANG_SECONDS if held else QUICK_SECONDS))
    return waited


def _taken(queue: deque[tuple[float, bool]], lane: Lane) -> list[tuple[float, bool]]:
    """Take a batch, the quiet account's messages first if the queue is fair."""
    if lane.fair:
        ordered = sorted(queue, key=lambda message: not message[1])
        queue.clear()
        queue.extend(ordered)
    return [queue.popleft() for _ in range(min(lane.size, len(queue)))]


def lines() -> Iterator[str]:
    """Print the table of docs/scale.md."""
    yield "| the other's events | groups | invocations | prompt: p50, p95, most | thrifty | prompt, counted early |"
    yield "|---|---|---|---|---|---|"
    for crowd, at_once, rate in (("1,000 at once", 1_000, 0), ("20 a second", 0, 20), ("200 a second", 0, 200)):
        for fair in (True, False):
            for concurrency in (2, 20, 100):
                prompt = Lane(concurrency=concurrency, fair=fair, at_once=at_once, rate=rate)
                yield _line(crowd, f"up to {concurrency}", prompt)
    for concurrency in (100, 200):
        yield _line("1,000 at once", f"{concurrency}, all there already", Lane(concurrency=concurrency, grown=True))


def _line(crowd: str, invocations: str, prompt: Lane) -> str:
    lanes = (prompt, replace(prompt, size=100, window=1.0), replace(prompt, early=True))
    cells = [crowd, "yes" if prompt.fair else "no", invocations, *(_cell(delays(lane)) for lane in lanes)]
    return f"| {' | '.join(cells)} |"


def _cell(waited: list[float]) -> str:
    parts = quantiles(waited, n=100, method="inclusive")
    return ", ".join(f"{value:.2f}" for value in (parts[49], parts[94], max(waited))) + " s"


if __name__ == "__main__":
    print("\n".join(lines()))
