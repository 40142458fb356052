"""Times from outside."""

from datetime import UTC, datetime

import pytest

from ringback.times import parse_time

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2026-11-23T12:00:00Z", "2026-11-23T12:00", "2026-11-23T13:00:00+01:00", "20261123T120000Z"]
)
def test_a_time_is_iso_8601_and_in_utc_unless_it_says_otherwise(text: str) -> None:
    assert parse_time(text) == NOON


@pytest.mark.parametrize(
    "text", ["", "now", "12:00", "2026-13-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
)
def test_anything_else_is_none(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the caller's message says what is wrong
        parse_time(text)
