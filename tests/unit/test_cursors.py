"""Cursors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.gateway.cursor import cursor_for, position_in
from ringback.errors import InvalidSetting

OWNER = "1000001#3215551212"
POSITION = "01a2097a9c0085c1d2f3a4b5c6d7e8f9"


@pytest.mark.parametrize("position", [POSITION, f"{POSITION}.1795455360000", "3215551212", "+4930123456", "72345"])
def test_a_cursor_stands_for_its_position_in_its_list(position: str) -> None:
    assert position_in(cursor_for(position, OWNER, "failed"), OWNER, "failed") == position


def test_no_cursor_is_the_start() -> None:
    assert not position_in("", OWNER)


@pytest.mark.parametrize(
    "other", [("2000002#3215551212", "failed"), (OWNER, "pending"), (OWNER,), (OWNER, "failed", "")]
)
def test_a_cursor_is_good_for_its_owner_and_filters_alone(other: tuple[str, ...]) -> None:
    with pytest.raises(InvalidSetting, match=r"^cursor: it is not one of this list"):
        position_in(cursor_for(POSITION, OWNER, "failed"), *other)


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]{1,80}"))
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidSetting):
        position_in(text or "x", OWNER)


def test_a_cursor_goes_into_a_query_string_as_it_is() -> None:
    assert cursor_for(POSITION, OWNER).replace("-", "").replace("_", "").isalnum()


def test_a_number_with_a_plus_is_a_position_too() -> None:
    assert position_in(cursor_for("+4930123456", OWNER), OWNER) == "+4930123456"


@pytest.mark.parametrize("position", ["", "a" * 65, "A", "../x", "é"])
def test_no_list_has_such_a_position_whoever_made_the_cursor(position: str) -> None:
    with pytest.raises(InvalidSetting):
        position_in(cursor_for(position, OWNER), OWNER)
