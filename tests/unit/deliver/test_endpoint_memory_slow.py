"""Endpoints that take their time."""

from datetime import UTC, datetime, timedelta

from deliver.endpoint_memory import MAX_REMEMBERED, REMEMBERED, SLOW_MILLISECONDS, SlowEndpoints

NOW = datetime(2026, 11, 23, 17, 36, tzinfo=UTC)
KEY = ("1000001#3215551212", "messages/receive_notify")


def test_an_endpoint_is_slow_from_its_first_slow_attempt_on() -> None:
    slow = SlowEndpoints()
    assert not slow.is_slow(KEY, NOW)

    slow.observe(KEY, SLOW_MILLISECONDS, NOW)

    assert slow.is_slow(KEY, NOW)
    assert not slow.is_slow((KEY[0], "faxes/receive_notify"), NOW)


def test_it_is_not_any_more_once_it_was_fast() -> None:
    slow = SlowEndpoints()
    slow.observe(KEY, SLOW_MILLISECONDS, NOW)

    slow.observe(KEY, SLOW_MILLISECONDS - 1, NOW)

    assert not slow.is_slow(KEY, NOW)


def test_after_a_while_it_may_show_again_how_fast_it_is() -> None:
    """Its attempts are made in the other lane, by other environments: nobody would tell this one."""
    slow = SlowEndpoints()
    slow.observe(KEY, SLOW_MILLISECONDS, NOW)

    assert slow.is_slow(KEY, NOW + REMEMBERED - timedelta(seconds=1))
    assert not slow.is_slow(KEY, NOW + REMEMBERED)


def test_what_is_remembered_is_bounded() -> None:
    slow = SlowEndpoints()
    for number in range(MAX_REMEMBERED + 1):
        slow.observe((str(number), KEY[1]), SLOW_MILLISECONDS, NOW)

    remembered = [number for number in range(MAX_REMEMBERED + 1) if slow.is_slow((str(number), KEY[1]), NOW)]
    assert remembered == list(range(1, MAX_REMEMBERED + 1))
