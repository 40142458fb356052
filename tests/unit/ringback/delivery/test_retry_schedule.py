"""When a failed attempt is followed by another."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.delivery.retry_schedule import SCHEDULE, SPREAD, delay_after
from ringback.http.response import LONGEST_RETRY_AFTER, parse_retry_after

NOW = datetime(2026, 11, 23, 17, 36, tzinfo=UTC)

MEANINGS = [
    ("120", 120),
    ("  30  ", 30),
    ("soon", None),
    ("-5", None),
    ("300s", 300),
    ("120 S", 120),
    ("299.997", 300),
    ("0.5s", 1),
    ("120.000", 120),
    ("", None),
    ("s", None),
    (".5", None),
    ("1.", None),
    ("1,5", None),
    ("1.5.5", None),
    ("1e3", None),
    ("+5", None),
    ("5m", None),
    ("5 seconds", None),
    ("5ss", None),
    ("1." + "9" * 60_000, 2),
    ("٣", None),
    ("99999999999999999999", 86_400),
    ("9" * 60_000, 86_400),
    ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
    ("Mon, 23 Nov 2026 17:37:00 GMT", 60),
    ("Mon, 23 Nov 2026 17:37:00 -0000", 60),
    ("Mon, 23 Nov 2099 17:37:00 GMT", 86_400),
    ("Mon, 99 Nov 2026 17:37:00 GMT", None),
]


def middle(low: float, high: float) -> float:
    return (low + high) / 2


def test_ten_attempts_are_spread_over_about_three_days() -> None:
    """Five seconds after the first failure, 24 hours before the last try."""
    waits = [delay_after(tries, retry_after=None, uniform=middle) for tries in range(1, 11)]

    assert waits == [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400, None]
    assert 3 < sum(SCHEDULE) / 86_400 < 3.2


@given(tries=st.integers(1, len(SCHEDULE)), dice=st.floats(0, 1))
def test_each_wait_stays_within_a_fifth_of_its_plan(tries: int, dice: float) -> None:
    """What failed together does not come back together, nor at a surprising time."""
    wait = delay_after(tries, retry_after=None, uniform=lambda low, high: low + dice * (high - low))

    assert wait is not None
    assert abs(wait - SCHEDULE[tries - 1]) <= SPREAD * SCHEDULE[tries - 1] + 1e-6


def test_a_receiver_can_only_ask_for_a_longer_wait() -> None:
    """`Retry-After: 0` does not hurry us, and nobody makes us wait for more than a day."""
    assert delay_after(1, retry_after=0, uniform=middle) == 5
    assert delay_after(1, retry_after=60, uniform=middle) == 60
    assert delay_after(1, retry_after=10**9, uniform=middle) == LONGEST_RETRY_AFTER


def test_a_receiver_cannot_ask_for_an_eleventh_attempt() -> None:
    """The schedule ends, whatever the answer says."""
    assert delay_after(10, retry_after=60, uniform=middle) is None


@pytest.mark.parametrize(("text", "seconds"), MEANINGS)
def test_retry_after_is_read_as_seconds_or_as_a_date(text: str, seconds: int | None) -> None:
    """Anything else says nothing (RFC 9110, 10.2.3)."""
    assert parse_retry_after(text, NOW) == seconds


@given(st.text())
def test_no_retry_after_header_can_break_an_attempt(text: str) -> None:
    """It is a receiver's text: anything may stand there."""
    seconds = parse_retry_after(text, NOW)

    assert seconds is None or 0 <= seconds <= LONGEST_RETRY_AFTER
