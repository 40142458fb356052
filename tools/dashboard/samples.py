"""What was measured: the values of each metric with their times, and the EMF lines that they come in."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """What CloudWatch knows a metric by."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One value."""

    at: float
    """Seconds since 1970."""
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The time that a picture shows, in periods of the same length."""

    start: float
    """Seconds since 1970."""
    periods: int
    seconds: int
    """Length of one period."""

    def period(self, at: float) -> int | None:
        """Number of the period that *at* is in, from 0 on; None outside."""
        number = int((at - self.start) // self.seconds)
        return number if 0 <= number < self.periods else None


class Samples:
    """All that was measured."""

    def __init__(self) -> None:
        self._samples: defaultdict[Metric, list[Sample]] = defaultdict(list)

    def add(self, metric: Metric, at: float, *values: float) -> None:
        """*values* that *metric* had at one time."""
        self._samples[metric] += [Sample(at=at, value=value) for value in values]

    def metrics(self) -> list[Metric]:
        """Those that have values."""
        return list(self._samples)

    def by_period(self, metric: Metric, span: Span) -> dict[int, list[float]]:
        """The values in each period that has some, by its number."""
        periods: defaultdict[int, list[float]] = defaultdict(list)
        for sample in self._samples.get(metric, ()):
            if (number := span.period(sample.at)) is not None:
                periods[number].append(sample.value)
        return dict(periods)

    def add_emf(self, line: str) -> None:
        """What a *line* of a function's log says in CloudWatch's embedded metric format; other lines say nothing."""
        for metric, at, values in emf(line):
            self.add(metric, at, *values)


def json_line(line: str) -> dict[str, Any]:
    """The object that a *line* of a log is; empty where it is none."""
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def emf(line: str) -> Iterator[tuple[Metric, float, list[float]]]:
    """Metrics in a *line*, with time and values; one that is no EMF has none."""
    found = json_line(line)
    head = found.get("_aws", {})
    for directive in head.get("CloudWatchMetrics", []):
        for names in directive["Dimensions"]:
            dimensions = frozenset((name, str(found[name])) for name in names)
            for declared in directive["Metrics"]:
                metric = Metric(namespace=directive["Namespace"], name=declared["Name"], dimensions=dimensions)
                yield metric, head["Timestamp"] / 1000, _values(found, declared["Name"])


def _values(line: Mapping[str, Any], name: str) -> list[float]:
    values = line[name]
    return values if isinstance(values, list) else [values]
