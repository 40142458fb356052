"""Text from outside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.text import MAX_SHOWN, quote_value, to_well_formed


@given(st.text())
def test_text_that_utf8_can_carry_stays_as_it_is(text: str) -> None:
    assert to_well_formed(text) == text


@pytest.mark.parametrize(
    ("text", "made"), [("a\ud83d", "a\ufffd"), ("\ude00b", "\ufffdb"), ("\ud83d\ude00", "😀"), ("😀\ud83d", "😀\ufffd")]
)
def test_half_a_surrogate_pair_becomes_the_replacement_character(text: str, made: str) -> None:
    """JSON can hold one; UTF-8, and so every body, cannot."""
    assert to_well_formed(text) == made


@pytest.mark.parametrize(
    ("value", "text"),
    [("a\nb", r'"a\nb"'), ("é", r'"\u00e9"'), (7, "7"), (None, "null"), ([1], "a list"), ({"a": 1}, "an object")],
)
def test_a_message_shows_a_value_in_one_line_of_ascii(value: object, text: str) -> None:
    assert quote_value(value) == text


def test_a_message_shows_no_more_than_the_start_of_a_long_value() -> None:
    assert len(quote_value("x" * 1_000_000)) == MAX_SHOWN + 1
    assert quote_value(10**5_000) == "a number"
