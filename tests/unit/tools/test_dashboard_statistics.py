"""CloudWatch's statistics and metric math."""

import pytest

from tools.dashboard.statistics import Points, calculated, statistic


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Sum", 20),
        ("Maximum", 9),
        ("Minimum", 1),
        ("Average", 5),
        ("SampleCount", 4),
        ("p50", 5),
        ("p100", 9),
        ("p0", 1),
    ],
)
def test_a_statistic(name: str, value: float) -> None:
    assert statistic(name, [9, 1, 4, 6]) == value


def test_a_percentile_between_two_values_is_between_them() -> None:
    assert statistic("p95", [0, 100]) == 95
    assert statistic("p99.9", [7]) == 7


def test_an_unknown_statistic_is_named() -> None:
    with pytest.raises(ValueError, match="statistic TM99; known: Sum, "):
        statistic("TM99", [1])


BY_ID: dict[str, Points] = {"delivered": {0: 3, 2: 1}, "attempts": {0: 4, 1: 5}}


@pytest.mark.parametrize(
    ("expression", "points"),
    [
        ("delivered", {0: 3, 2: 1}),
        ("100 * delivered / attempts", {0: 75}),
        ("100 * FILL(delivered, 0) / attempts", {0: 75, 1: 0}),
        ("delivered + 1 - attempts", {0: 0}),
        ("attempts / (delivered - 3)", {}),
    ],
)
def test_a_period_has_a_value_where_all_that_it_needs_has_one(expression: str, points: Points) -> None:
    """Not where it divides by zero either."""
    assert calculated(expression, BY_ID, 3) == points


@pytest.mark.parametrize(
    "expression", ["ANOMALY_DETECTION_BAND(attempts)", "attempts ** 2", "sent", "FILL(sent, REPEAT)"]
)
def test_what_is_not_known_is_named(expression: str) -> None:
    with pytest.raises(ValueError, match=r"; known: \+ - \* / and FILL of delivered, attempts"):
        calculated(expression, BY_ID, 3)
