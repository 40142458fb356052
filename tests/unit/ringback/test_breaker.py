"""When a failing endpoint is left alone, asked again, and given up."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.breaker import (
    DISABLED_AFTER,
    FAILURES_THAT_DEFER,
    FAILURES_THAT_OPEN,
    HEALTHY,
    PROBE_WAITS,
    SPREAD,
    Admission,
    Breaker,
)

NOW = datetime(2026, 11, 23, 17, 36, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def middle(low: float, high: float) -> float:
    return (low + high) / 2


def failing(failures: int) -> Breaker:
    return Breaker(failures=failures, failing_since=NOW)


@pytest.mark.parametrize(
    ("breaker", "first", "admission"),
    [
        (HEALTHY, True, Admission.ATTEMPT),
        (failing(2), True, Admission.ATTEMPT),
        (failing(3), True, Admission.DEFER),
        (failing(3), False, Admission.ATTEMPT),
        (failing(9), False, Admission.ATTEMPT),
        (failing(10).opened(NOW, middle), True, Admission.WAIT),
        (failing(10).opened(NOW, middle), False, Admission.WAIT),
        (failing(10).opened(NOW - 61 * SECOND, middle), True, Admission.PROBE),
        (failing(10).opened(NOW - 61 * SECOND, middle), False, Admission.PROBE),
    ],
)
def test_what_a_breaker_lets_through(breaker: Breaker, first: bool, admission: Admission) -> None:  # noqa: FBT001 - a row
    assert breaker.admits(NOW, first=first) is admission


def test_ten_failures_open_it() -> None:
    """The numbers of docs/deliveries.md, once; nothing opens twice."""
    assert (FAILURES_THAT_DEFER, FAILURES_THAT_OPEN, timedelta(days=5)) == (3, 10, DISABLED_AFTER)
    assert [breaker.shall_open for breaker in (failing(9), failing(10), failing(25))] == [False, True, True]
    assert not failing(11).opened(NOW, middle).shall_open


def test_probes_come_after_a_minute_and_then_half_as_often_until_it_is_each_hour() -> None:
    breaker, now, waits = failing(10).opened(NOW, middle), NOW, []
    for _ in range(9):
        assert breaker.open_until
        waits.append((breaker.open_until - now).total_seconds())
        now = breaker.open_until
        breaker = breaker.probed(now, middle)

    assert waits == [60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600]


@given(probes=st.integers(0, 10_000), dice=st.floats(0, 1))
def test_each_wait_for_a_probe_stays_within_a_tenth_of_its_plan(probes: int, dice: float) -> None:
    """What opened together is not probed together, nor ever much later than each hour."""
    before = Breaker(failures=10, failing_since=NOW, open_until=NOW, probes=probes)

    after = before.probed(NOW, lambda low, high: low + dice * (high - low))

    planned = PROBE_WAITS[min(probes + 1, len(PROBE_WAITS) - 1)]
    assert after.open_until
    assert abs((after.open_until - NOW).total_seconds() - planned) <= planned * SPREAD + 1e-3
    assert (after.failures, after.failing_since, after.probes) == (10, NOW, probes + 1)


def test_five_days_without_success_are_hopeless_where_it_was_asked_often_enough() -> None:
    """Two failures in a week are not: it is not even open."""
    opened = failing(10).opened(NOW, middle)

    assert not opened.hopeless(NOW + DISABLED_AFTER - SECOND)
    assert opened.hopeless(NOW + DISABLED_AFTER)
    assert not failing(2).hopeless(NOW + 2 * DISABLED_AFTER)
