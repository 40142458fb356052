"""Times from outside."""

from datetime import UTC, datetime, timedelta

import pytest

from ringback.timestamps import parse_time

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T12:00:00Z",
        "2026-11-23T12:00",
        "2026-11-23t12:00:00z",
        "2026-11-23T12:00:00.000000000Z",
        "2026-11-23T12:00:00,0Z",
        "2026-11-23T13:00:00+01:00",
        "2026-11-23T13:00:00+0100",
        "2026-11-23 13:00:00+01",
        "2026-11-23 12:00:00 +0000",
        "2026-11-23 12:00:00",
    ],
)
def test_a_time_is_iso_8601_and_in_utc_unless_it_says_otherwise(text: str) -> None:
    """As RFC 3339 has it, and as PHP, Ruby and databases write it."""
    assert parse_time(text) == NOON


def test_a_date_is_its_start_and_a_fraction_counts() -> None:
    assert parse_time("2026-11-23") == NOON - timedelta(hours=12)
    assert parse_time("2026-11-23T12:00:00.123456789Z") == NOON + timedelta(microseconds=123_456)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "12:00",
        "1795120112345",
        "1795120112",
        "17951201",
        "20261123",
        "20261123T120000Z",
        "2026-11-23T120000Z",
        "2026-11-23T12Z",
        "2026-11-23x12:00",
        "2026-11-23T12:00:00 01:00",
        "2026-11-23T12:00:60Z",
        "2026-W48-1",
        "2026W481",
        "2026-327",
        "2026-13-01",
        "2026-11-23T12:00:00Z\n",
        "٢٠٢٦-11-23",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_anything_else_is_none(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the caller's message says what is wrong
        parse_time(text)
