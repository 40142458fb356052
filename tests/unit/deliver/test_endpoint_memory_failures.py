"""Failures in a row, beside successes that nobody wrote down."""

from datetime import UTC, datetime, timedelta

from deliver.endpoint_memory import RECENT, ConsecutiveFailures

KEY = ("1#3215551212", "messages/receive_notify")
NOW = datetime(2026, 11, 23, 17, 36, tzinfo=UTC)


def test_failures_are_counted_at_once_where_nothing_succeeded() -> None:
    streaks = ConsecutiveFailures()

    assert [streaks.failed(KEY, 1, NOW), streaks.failed(KEY, 7, NOW)] == [1, 7]


def test_an_endpoint_that_fails_now_and_then_is_never_counted() -> None:
    """At any rate of events: its successes stand between its failures."""
    streaks = ConsecutiveFailures()
    counted = 0
    for _ in range(100):
        streaks.succeeded(KEY, NOW)
        counted += streaks.failed(KEY, 5, NOW)

    assert counted == 0


def test_ten_failures_after_a_success_are_counted_together() -> None:
    """What was held back is not lost, and from then on each is counted."""
    streaks = ConsecutiveFailures()
    streaks.succeeded(KEY, NOW)

    assert [streaks.failed(KEY, count, NOW) for count in (4, 5, 2, 1)] == [0, 0, 11, 1]


def test_a_success_long_ago_holds_nothing_back() -> None:
    streaks = ConsecutiveFailures()
    streaks.succeeded(KEY, NOW)
    streaks.failed(KEY, 2, NOW)

    assert streaks.failed(KEY, 1, NOW + RECENT) == 3
    assert streaks.failed(KEY, 1, NOW + RECENT + timedelta(seconds=1)) == 1


def test_callbacks_are_counted_apart() -> None:
    streaks = ConsecutiveFailures()
    streaks.succeeded(KEY, NOW)

    assert streaks.failed(("1#3215550000", KEY[1]), 1, NOW) == 1
