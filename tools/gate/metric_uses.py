"""Find where a template uses metrics: its alarms, and the widgets of its dashboards."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.template import InvalidTemplate, Template, of_type
from tools.readable import readable

ALARM = "AWS::CloudWatch::Alarm"
DASHBOARD = "AWS::CloudWatch::Dashboard"

_SEARCH = re.compile(r"SEARCH\('\{(?P<schema>[^}]*)\}(?P<terms>[^']*)'")
_TERM = re.compile(r'(\w+)="([^"]*)"')
_STRING_OR_EXPRESSION = re.compile(r'"(?:[^"\\]|\\.)*"|\$\{[^}]*\}')


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricUse:
    """A metric that somebody looks at; the values of its dimensions are readable."""

    place: str
    namespace: str
    name: str
    dimensions: Mapping[str, str | None]
    """Dimensions without a value: they stand for every value that there is (a SEARCH)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricMath:
    """An expression over the metrics beside it."""

    place: str
    expression: str
    ids: frozenset[str]
    """Ids that it may refer to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """What one alarm or one widget looks at."""

    uses: Sequence[MetricUse] = ()
    maths: Sequence[MetricMath] = ()


@dataclass(slots=True)
class _Collected:
    place: str
    uses: list[MetricUse] = field(default_factory=list)
    expressions: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def expression(self, text: str) -> None:
        self.expressions.append(text)
        for namespace, name, dimensions in searched(text):
            self.use(namespace, name, dimensions)

    def use(self, namespace: str, name: str, dimensions: Mapping[str, str | None]) -> None:
        self.uses.append(MetricUse(place=self.place, namespace=namespace, name=name, dimensions=dimensions))

    def graph(self) -> Graph:
        ids = frozenset(self.ids)
        maths = [MetricMath(place=self.place, expression=text, ids=ids) for text in self.expressions]
        return Graph(uses=self.uses, maths=maths)


def searched(expression: str) -> Iterator[tuple[str, str, Mapping[str, str | None]]]:
    """Return what each SEARCH in *expression* looks for: namespace, name, dimensions; what it leaves open is None."""
    for found in _SEARCH.finditer(expression):
        namespace, *dimensions = (part.strip() for part in found["schema"].split(","))
        terms = dict(_TERM.findall(found["terms"]))
        yield namespace, terms.get("MetricName", "(any)"), {name: terms.get(name) for name in dimensions}


def graphs(translated: Template) -> Iterator[Graph]:
    """Return the uses of every alarm and of every widget with metrics."""
    for name, alarm in of_type(translated, ALARM).items():
        yield _of_alarm(name, alarm)
    for place, widget in widgets(translated):
        if "metrics" in widget["properties"]:
            yield _of_widget(place, widget["properties"])


def widgets(translated: Template) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return the widgets of all dashboards, each with its place: the dashboard's logical id and the widget's title.

    Raises:
        InvalidTemplate: the text of a dashboard is not JSON.
    """
    for name, dashboard in of_type(translated, DASHBOARD).items():
        body = _body(name, readable(dashboard["DashboardBody"]))
        for number, widget in enumerate(body["widgets"], start=1):
            yield f"{name}, widget {widget['properties'].get('title', number)}", widget


def _body(name: str, text: str) -> dict[str, Any]:
    """Turn an expression in the place of a number into a string, since it is not JSON before it is filled in."""
    quoted = _STRING_OR_EXPRESSION.sub(lambda found: found[0] if found[0][0] == '"' else json.dumps(found[0]), text)
    try:
        body: dict[str, Any] = json.loads(quoted)
    except ValueError as error:
        raise InvalidTemplate(f"{name}: its DashboardBody is not JSON: {error}") from None
    return body


def _of_alarm(name: str, alarm: Mapping[str, Any]) -> Graph:
    collected = _Collected(name)
    for metric in [alarm] if "MetricName" in alarm else []:
        collected.use(metric["Namespace"], metric["MetricName"], _dimensions(metric))
    for query in alarm.get("Metrics", []):
        collected.ids.add(query["Id"])
        if "Expression" in query:
            collected.expression(readable(query["Expression"]))
        else:
            metric = query["MetricStat"]["Metric"]
            collected.use(metric["Namespace"], metric["MetricName"], _dimensions(metric))
    return collected.graph()


def _dimensions(metric: Mapping[str, Any]) -> dict[str, str | None]:
    return {one["Name"]: readable(one["Value"]) for one in metric.get("Dimensions", [])}


def _of_widget(place: str, properties: Mapping[str, Any]) -> Graph:
    """Read a row: namespace, name, then dimensions and their values; `.` repeats the value above, `...` all of them."""
    collected = _Collected(place)
    above: list[str] = []
    for row in properties["metrics"]:
        options = row[-1] if isinstance(row[-1], dict) else {}
        if "id" in options:
            collected.ids.add(options["id"])
        if "expression" in options:
            collected.expression(options["expression"])
            continue
        above = full_row(row[:-1] if options else row, above)
        namespace, name, *rest = above
        collected.use(namespace, name, dict(zip(rest[::2], rest[1::2], strict=True)))
    return collected.graph()


def full_row(row: Sequence[str], above: Sequence[str]) -> list[str]:
    """Return a *row* of a widget without its options, with what it repeats of the full row *above*."""
    if "..." in row:
        after = row[row.index("...") + 1 :]
        before = row[: row.index("...")]
        row = [*before, *above[len(before) : len(above) - len(after)], *after]
    return [above[index] if part == "." else part for index, part in enumerate(row)]
