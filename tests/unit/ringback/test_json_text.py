"""Numbers of JSON that keep how they were written."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.json_text import MAX_INTEGER, Literal, parse_integer
from ringback.text import describe_type, quote_value

NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,400})(\.[0-9]{1,50})?([eE][+-]?[0-9]{1,5})?", re.ASCII)


def decoded(text: str) -> object:
    return json.loads(text, parse_float=Literal, parse_int=parse_integer)


@given(st.from_regex(NUMBER, fullmatch=True))
def test_a_number_is_written_as_it_was(text: str) -> None:
    value = decoded(text)

    assert isinstance(value, int | float)
    assert str(value) == text


@pytest.mark.parametrize(
    ("text", "value"), [("7", 7), ("-7", -7), ("-0", 0), ("7.50", 7.5), ("1e2", 100), ("1e999", float("inf"))]
)
def test_it_counts_as_what_it_is(text: str, value: float) -> None:
    assert decoded(text) == value
    assert describe_type(decoded(text)) == "a number"


def test_an_integer_of_a_usual_length_is_one() -> None:
    assert type(decoded("9" * MAX_INTEGER)) is int
    assert type(decoded("9" * (MAX_INTEGER + 1))) is Literal


def test_one_of_any_length_is_no_work_and_no_error() -> None:
    assert str(decoded("9" * 200_000)) == "9" * 200_000


def test_a_message_shows_it_as_it_was_written() -> None:
    assert quote_value(decoded("1573204600.10000")) == "1573204600.10000"
    assert quote_value(decoded("9" * 200_000)) == "9" * 80 + "…"
