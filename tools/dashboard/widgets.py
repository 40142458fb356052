"""A metric widget of a dashboard and what was measured become the lines that CloudWatch would draw."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tools.dashboard.samples import Metric, Samples, Span
from tools.dashboard.statistics import Points, calculated, statistic
from tools.gate.metric_uses import full_row, searched

DEFAULT_STATISTIC = "Average"
"""CloudWatch's, where neither the row nor the widget names one."""

_SEARCH_STATISTIC: Final = re.compile(r"', *'(\w+)'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a widget."""

    label: str
    points: Points
    color: str | None = None
    is_right: bool = False
    """Whether its axis is the right one."""


class View:
    """What was measured, as one span of time shows it."""

    def __init__(self, samples: Samples, span: Span) -> None:
        self._samples = samples
        self.span = span

    def points(self, metric: Metric, stat: str) -> Points:
        """The statistic *stat* of *metric* in each period."""
        periods = self._samples.by_period(metric, self.span)
        return {number: statistic(stat, values) for number, values in sorted(periods.items())}

    def search(self, namespace: str, name: str, wanted: Mapping[str, str | None]) -> Iterator[tuple[str, Metric]]:
        """The metrics that have values and exactly the *wanted* dimensions, each with the values left open (None)."""
        for metric in sorted(self._samples.metrics(), key=lambda metric: sorted(metric.dimensions)):
            dimensions = dict(metric.dimensions)
            if (metric.namespace, metric.name) != (namespace, name) or dimensions.keys() != wanted.keys():
                continue
            if all(value in (None, dimensions[key]) for key, value in wanted.items()):
                yield ", ".join(dimensions[key] for key, value in wanted.items() if value is None), metric


def lines(properties: Mapping[str, Any], view: View) -> list[Line]:
    """The visible lines of the widget with these *properties*, whatever length of period they name.

    Raises:
        ValueError: it uses a statistic or an expression that is not known here.
    """
    rows = list(_rows(properties))
    points = [view.points(metric, _stat(options, properties)) if metric else {} for metric, options in rows]
    by_id = {
        options["id"]: one for (metric, options), one in zip(rows, points, strict=True) if metric and "id" in options
    }
    found: list[Line] = []
    for (metric, options), one in zip(rows, points, strict=True):
        if metric is None:
            found += _expressed(options, by_id, view)
        elif options.get("visible", True):
            found.append(_line(options, metric.name, one))
    return found


def _rows(properties: Mapping[str, Any]) -> Iterator[tuple[Metric | None, Mapping[str, Any]]]:
    """Each row's metric, or None where it is an expression, and its options."""
    above: list[str] = []
    for row in properties["metrics"]:
        options = row[-1] if isinstance(row[-1], dict) else {}
        if "expression" in options:
            yield None, options
            continue
        above = full_row(row[:-1] if options else row, above)
        namespace, name, *rest = above
        dimensions = frozenset(zip(rest[::2], rest[1::2], strict=True))
        yield Metric(namespace=namespace, name=name, dimensions=dimensions), options


def _stat(options: Mapping[str, Any], properties: Mapping[str, Any]) -> str:
    stat: str = options.get("stat", properties.get("stat", DEFAULT_STATISTIC))
    return stat


def _line(options: Mapping[str, Any], default: str, points: Points) -> Line:
    return Line(
        label=options.get("label", default),
        points=points,
        color=options.get("color"),
        is_right=options.get("yAxis") == "right",
    )


def _expressed(options: Mapping[str, Any], by_id: Mapping[str, Points], view: View) -> Iterator[Line]:
    expression = options["expression"]
    searches = list(searched(expression))
    if not searches:
        yield _line(options, expression, calculated(expression, by_id, view.span.periods))
    stat = _SEARCH_STATISTIC.search(expression)
    for search in searches:
        for label, metric in view.search(*search):
            yield Line(label=label, points=view.points(metric, stat[1] if stat else DEFAULT_STATISTIC))
