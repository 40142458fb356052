"""The metrics of an invocation, as CloudWatch reads them from the log."""

import json
from typing import Any

import pytest

from ringback.telemetry import METRICS, Metrics


@pytest.fixture
def ours(monkeypatch: pytest.MonkeyPatch) -> Metrics:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "staging")
    return Metrics()


def emitted(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def test_nothing_is_a_count_too(ours: Metrics, capsys: pytest.CaptureFixture[str]) -> None:
    """An alarm on a share needs both its numbers."""
    ours.count("Delivered", 0)

    ours.flush()

    [line] = emitted(capsys.readouterr().out)
    assert line["Delivered"] == [0]


def test_counters_are_one_line_for_an_invocation(ours: Metrics, capsys: pytest.CaptureFixture[str]) -> None:
    ours.count("Attempts")
    ours.count("Attempts", 2)

    ours.flush()

    [line] = emitted(capsys.readouterr().out)
    [directive] = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Ringback"
    assert directive["Dimensions"] == [["service"]]
    assert [(metric["Name"], metric["Unit"]) for metric in directive["Metrics"]] == [("Attempts", "Count")]
    assert (line["Attempts"], line["service"]) == ([3], "staging")


def test_a_distribution_keeps_each_value_a_hundred_to_a_line(ours: Metrics, capsys: pytest.CaptureFixture[str]) -> None:
    """CloudWatch takes no more of one metric in one line."""
    for value in range(250):
        ours.value("ReceiverLatency", value)

    ours.flush()

    lines = emitted(capsys.readouterr().out)
    assert [len(line["ReceiverLatency"]) for line in lines] == [100, 100, 50]
    assert [value for line in lines for value in line["ReceiverLatency"]] == list(range(250))
    assert lines[0]["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Unit"] == "Milliseconds"


def test_a_metric_with_a_dimension_of_its_own_has_a_line_for_each_value(
    ours: Metrics, capsys: pytest.CaptureFixture[str]
) -> None:
    for reason in ("not_json", "not_json", "bad_time"):
        ours.count("DeadLetters", of=reason)

    ours.flush()

    lines = emitted(capsys.readouterr().out)
    assert {line["reason"]: line["DeadLetters"] for line in lines} == {"not_json": [2], "bad_time": [1]}
    for line in lines:
        [[*dimensions]] = line["_aws"]["CloudWatchMetrics"][0]["Dimensions"]
        assert sorted(dimensions) == ["reason", "service"]
        assert line["service"] == "staging"


def test_the_next_invocation_begins_anew(ours: Metrics, capsys: pytest.CaptureFixture[str]) -> None:
    ours.count("Attempts")
    ours.count("DeadLetters", of="not_json")
    ours.value("ReceiverLatency", 1)
    ours.flush()
    capsys.readouterr()

    ours.flush()

    assert not capsys.readouterr().out


def test_there_is_no_metric_that_is_not_in_the_table(ours: Metrics) -> None:
    ours.count("Atempts")

    with pytest.raises(KeyError):
        ours.flush()


def test_no_metric_is_divided_by_customer() -> None:
    """CloudWatch bills each value of a dimension as a metric of its own."""
    assert {metric.by for metric in METRICS.values()} == {"", "outcome", "reason"}
