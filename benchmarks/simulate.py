"""Simulate an hour's outage of a large endpoint: what waits where, minute by minute, with the breaker and without.

`python -m benchmarks.simulate` prints the numbers of docs/scale.md. Time runs in minutes, and numbers are flows.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ringback.delivery.retry_schedule import SCHEDULE


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """One endpoint that takes `rate` deliveries a second, and takes none from minute 0 until `minutes`."""

    rate: int = 2_000
    minutes: int = 60
    hours: int = 24
    retries_concurrency: int = 20
    hang_seconds: float = 15.0
    """Seconds that each attempt lasts during the outage."""
    answer_seconds: float = 0.2
    per_host: int = 10
    """Connections of one execution environment to one host."""

    def capacity(self, seconds: float) -> float:
        """Attempts a minute of the retries lane at this one host, if each lasts so long."""
        return self.retries_concurrency * self.per_host / seconds * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How it went."""

    waiting: int
    """Deliveries that waited at the worst moment."""
    attempts: int
    """Deliveries that failed."""
    drained: int
    """Minutes after the outage until nothing waited."""
    most_retries: int
    """Attempts asked for in the worst minute."""


def simulate(outage: Outage, *, breaker: bool) -> Result:
    """Simulate each minute; the breaker lets one probe out at a time, and the backlog leaves as the lane takes it."""
    horizon = outage.hours * 60
    due = [0.0] * (horizon + 1)
    tries: list[dict[int, float]] = [{} for _ in range(horizon + 1)]
    waiting = failed = worst = most = 0.0
    line = 0.0
    drained = horizon
    for minute in range(horizon):
        out = minute < outage.minutes
        new = outage.rate * 60.0
        lane = outage.capacity(outage.hang_seconds if out else outage.answer_seconds)
        if breaker:
            line += new if out else 0
            failed += 1 if out else 0
            freed = 0 if out else min(line, lane)
            line -= freed
            waiting, asked = line, freed
        else:
            asked = due[minute] + (new if out else 0)
            done = min(due[minute], lane)
            left = due[minute] - done
            share = done / due[minute] if due[minute] else 0
            if out:
                failed += new + done
                _later(tries, due, minute, 1, new)
                for number, many in tries[minute].items():
                    _later(tries, due, minute, number + 1, many * share)
            if left and minute < horizon:
                due[minute + 1] += left
                for number, many in tries[minute].items():
                    tries[minute + 1][number] = tries[minute + 1].get(number, 0) + many * (1 - share)
            waiting = sum(due[minute + 1 :])
        worst, most = max(worst, waiting), max(most, asked)
        if not out and waiting < 1:
            drained = minute - outage.minutes
            break
    return Result(waiting=round(worst), attempts=round(failed), drained=drained, most_retries=round(most))


def _later(tries: list[dict[int, float]], due: list[float], minute: int, number: int, many: float) -> None:
    if number > len(SCHEDULE):
        return
    at = min(minute + max(1, round(SCHEDULE[number - 1] / 60)), len(due) - 1)
    due[at] += many
    tries[at][number] = tries[at].get(number, 0) + many


def lines() -> Iterator[str]:
    """Print the table of docs/scale.md."""
    yield "| rate | lane | breaker | failed attempts | waiting at the worst | most due in a minute | drained after |"
    yield "|---|---|---|---|---|---|---|"
    for rate in (100, 2_000):
        for lanes in (20, 200):
            for breaker in (False, True):
                result = simulate(Outage(rate=rate, retries_concurrency=lanes), breaker=breaker)
                yield (
                    f"| {rate:,}/s | {lanes} | {'yes' if breaker else 'no'} | {result.attempts:,} | {result.waiting:,} "
                    f"| {result.most_retries:,} | {result.drained:,} min |"
                )


if __name__ == "__main__":
    print("\n".join(lines()))
