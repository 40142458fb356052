"""Cursors."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.gateway.cursor import MAX_CURSOR, Cursors
from ringback.errors import InvalidSetting

OWNER = "1000001#3215551212"
POSITION = "01a2097a9c0085c1d2f3a4b5c6d7e8f9"
CURSORS = Cursors(lambda: bytes(32))


def unasked() -> bytes:
    """A key that is not to be asked for: it may take a call of KMS."""
    raise AssertionError


@pytest.mark.parametrize("position", [POSITION, f"{POSITION}.1795455360000", "3215551212", "+4930123456", "72345"])
def test_a_cursor_stands_for_its_position_in_its_list(position: str) -> None:
    assert CURSORS.position_in(CURSORS.cursor_for(position, OWNER, "failed"), OWNER, "failed") == position


def test_invalid_cursor_is_the_start_and_needs_no_key() -> None:
    assert not Cursors(unasked).position_in("", OWNER)


@pytest.mark.parametrize(
    "other", [("2000002#3215551212", "failed"), (OWNER, "pending"), (OWNER,), (OWNER, "failed", "")]
)
def test_a_cursor_is_good_for_its_owner_and_filters_alone(other: tuple[str, ...]) -> None:
    with pytest.raises(InvalidSetting, match=r"^cursor: not a cursor of this list"):
        CURSORS.position_in(CURSORS.cursor_for(POSITION, OWNER, "failed"), *other)


def test_a_cursor_of_another_key_says_how_to_go_on() -> None:
    """Whoever reads this code can compute all but the key; and a rotation ends what was open."""
    cursor = CURSORS.cursor_for(POSITION, OWNER)

    with pytest.raises(InvalidSetting, match=r"no longer valid; keep the filters of the first page"):
        Cursors(lambda: b"another").position_in(cursor, OWNER)


@pytest.mark.parametrize("digits", range(33))
def test_a_digest_that_was_cut_short_is_none(digits: int) -> None:
    text = base64.urlsafe_b64decode(CURSORS.cursor_for(POSITION, OWNER) + "==").decode()

    with pytest.raises(InvalidSetting):
        CURSORS.position_in(base64.urlsafe_b64encode((text[:digits] + text[33:]).encode()).decode(), OWNER)


@given(st.integers(0, MAX_CURSOR), st.sampled_from("AZaz09-_"))
def test_a_cursor_of_which_one_character_was_changed_is_none(place: int, other: str) -> None:
    cursor = CURSORS.cursor_for(POSITION, OWNER)
    changed = cursor[:place] + other + cursor[place + 1 :]
    if base64.urlsafe_b64decode(f"{changed}==") != base64.urlsafe_b64decode(f"{cursor}=="):
        with pytest.raises(InvalidSetting):
            CURSORS.position_in(changed, OWNER)


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]{1,80}"))
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidSetting):
        CURSORS.position_in(text or "x", OWNER)


@pytest.mark.parametrize("cursor", ["x", "A" * (MAX_CURSOR + 1), "é", "AAAA" * 10])
def test_what_cannot_be_one_needs_no_key(cursor: str) -> None:
    with pytest.raises(InvalidSetting):
        Cursors(unasked).position_in(cursor, OWNER)


def test_the_longest_position_fits() -> None:
    assert len(CURSORS.cursor_for("z" * 64, OWNER)) == MAX_CURSOR


def test_a_cursor_goes_into_a_query_string_as_it_is() -> None:
    assert CURSORS.cursor_for(POSITION, OWNER).replace("-", "").replace("_", "").isalnum()


def test_a_number_with_a_plus_is_a_position_too() -> None:
    assert CURSORS.position_in(CURSORS.cursor_for("+4930123456", OWNER), OWNER) == "+4930123456"


@pytest.mark.parametrize("position", ["", "a" * 65, "A", "../x", "é"])
def test_no_list_has_such_a_position_whoever_made_the_cursor(position: str) -> None:
    with pytest.raises(InvalidSetting):
        CURSORS.position_in(CURSORS.cursor_for(position, OWNER), OWNER)
