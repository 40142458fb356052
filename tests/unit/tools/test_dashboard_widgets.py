"""A widget and what was measured become lines."""

from collections.abc import Mapping
from typing import Any

from PIL import Image

from tests.template_under_test import PROJECT
from tools.dashboard.board import parts, titles
from tools.dashboard.queries import ask
from tools.dashboard.samples import Metric, Samples, Span
from tools.dashboard.widgets import Line, View, lines
from tools.template import load

SPAN = Span(start=0, periods=3, seconds=10)


def metric(name: str, **dimensions: str) -> Metric:
    return Metric(namespace="Ringback", name=name, dimensions=frozenset({"service": "ringback", **dimensions}.items()))


def drawn(samples: Samples, *rows: list[Any], **properties: Any) -> list[Line]:
    return lines({"metrics": list(rows), **properties}, View(samples, SPAN))


def measured(values: Mapping[Metric, Mapping[float, float]]) -> Samples:
    samples = Samples()
    for one, by_time in values.items():
        for at, value in by_time.items():
            samples.add(one, at, value)
    return samples


def test_a_row_is_a_line_with_its_own_statistic_or_the_widgets() -> None:
    samples = measured({metric("Delay"): {1: 4, 2: 6, 11: 8}})
    row = ["Ringback", "Delay", "service", "ringback"]

    found = drawn(
        samples, row, [*row, {"stat": "p50", "label": "half", "color": "#000000", "yAxis": "right"}], stat="Sum"
    )

    assert found == [
        Line(label="Delay", points={0: 10, 1: 8}),
        Line(label="half", points={0: 5, 1: 8}, color="#000000", is_right=True),
    ]


def test_a_row_may_repeat_what_stands_above() -> None:
    samples = measured({metric("Attempts"): {1: 1}, metric("Failed"): {1: 2}})

    found = drawn(samples, ["Ringback", "Attempts", "service", "ringback"], [".", "Failed", ".", "."], stat="Sum")

    assert [line.points for line in found] == [{0: 1}, {0: 2}]


def test_metric_math_uses_rows_that_are_not_shown() -> None:
    samples = measured({metric("Attempts"): {1: 4, 11: 2}, metric("Delivered"): {1: 3}})
    unseen = {"visible": False}

    found = drawn(
        samples,
        [{"expression": "100 * FILL(delivered, 0) / attempts", "label": "arrived"}],
        ["Ringback", "Attempts", "service", "ringback", {"id": "attempts", **unseen}],
        ["Ringback", "Delivered", "service", "ringback", {"id": "delivered", **unseen}],
        stat="Sum",
    )

    assert found == [Line(label="arrived", points={0: 75, 1: 0})]


def test_a_search_is_a_line_for_each_value_of_the_dimension_that_it_leaves_open() -> None:
    samples = measured(
        {
            metric("FailedAttempts", outcome="gone"): {1: 1, 2: 1},
            metric("FailedAttempts", outcome="dns"): {11: 3},
            metric("FailedAttempts"): {1: 9},
            metric("Attempts", outcome="gone"): {1: 9},
            metric("FailedAttempts", outcome="tls", service="other"): {1: 9},
        }
    )
    search = """SEARCH('{Ringback,outcome,service} MetricName="FailedAttempts" service="ringback"', 'Sum', 300)"""

    assert drawn(samples, [{"expression": search, "id": "failed"}]) == [
        Line(label="dns", points={1: 3}),
        Line(label="gone", points={0: 2}),
    ]


def test_every_widget_of_the_dashboard_can_be_drawn() -> None:
    """Whatever statistic, expression or query it has."""
    view = View(Samples(), SPAN)

    for widget in parts(load(PROJECT / "template.yaml")):
        properties = widget["properties"]
        if "query" in properties:
            assert ask(properties["query"], []).rows == []
        else:
            assert lines(properties, view) or "SEARCH" in str(properties)


def test_the_picture_shows_the_widgets_that_the_template_has() -> None:
    path = PROJECT / "docs" / "dashboard.png"
    with Image.open(path) as picture:
        assert picture.info["Widgets"] == titles(load(PROJECT / "template.yaml")), "draw it anew: make dashboard"
        assert picture.width >= 1600
    assert path.stat().st_size < 300_000
