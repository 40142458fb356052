"""Measured values: from EMF lines into periods."""

import json

from tools.dashboard.samples import Metric, Samples, Span, emf, json_line

SPAN = Span(start=1000, periods=3, seconds=10)
DELIVERED = Metric(namespace="Ringback", name="Delivered", dimensions=frozenset({("service", "ringback")}))


def line(at: float, *dimensions: str, **values: object) -> str:
    metrics = [{"Name": name, "Unit": "Count"} for name in values if name not in dimensions]
    directive = {"Namespace": "Ringback", "Dimensions": [["service", *dimensions]], "Metrics": metrics}
    head = {"Timestamp": at * 1000, "CloudWatchMetrics": [directive]}
    return json.dumps({"_aws": head, "service": "ringback", **values})


def test_values_are_in_the_period_of_their_time() -> None:
    samples = Samples()
    for at, values in ((1000, [1.0]), (1009.9, [2.0, 3.0]), (1010, [4.0])):
        samples.add_emf(line(at, Delivered=values))

    assert samples.by_period(DELIVERED, SPAN) == {0: [1, 2, 3], 1: [4]}


def test_what_was_before_and_after_is_not_shown() -> None:
    samples = Samples()
    for at in (999.9, 1030):
        samples.add_emf(line(at, Delivered=[1.0]))

    assert samples.by_period(DELIVERED, SPAN) == {}


def test_a_dimension_makes_a_metric_of_its_own() -> None:
    found = list(emf(line(1000, "outcome", FailedAttempts=[2.0], outcome="gone")))

    dimensions = frozenset({("service", "ringback"), ("outcome", "gone")})
    assert found == [(Metric(namespace="Ringback", name="FailedAttempts", dimensions=dimensions), 1000, [2])]


def test_a_single_value_need_not_be_a_list() -> None:
    assert [values for _, _, values in emf(line(1000, Delivered=5))] == [[5]]


def test_other_lines_say_nothing() -> None:
    assert list(emf("REPORT RequestId: 1\tDuration: 5 ms")) == []
    assert list(emf("[1]")) == []
    assert list(emf(json.dumps({"message": "delivery.attempted"}))) == []
    assert json_line("[1]") == {}
