"""Phone numbers."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.callbacks.identifiers import FONENUMBER_PATTERN, parse_fonenumber, spoken
from ringback.errors import InvalidSetting

FULL_WIDTH = "".join(chr(ord(digit) - ord("0") + 0xFF10) for digit in "3215551212")


@pytest.mark.parametrize(
    "text",
    [
        "3215551212",
        "321-555-1212",
        "(321) 555-1212",
        "(321)555-1212",
        "321.555.1212",
        "321/555-1212",
        "321 555 1212 ",
        "321\N{NO-BREAK SPACE}555\N{NO-BREAK SPACE}1212",
        "321\N{NON-BREAKING HYPHEN}555\N{EN DASH}1212\r\n",
        "+13215551212",
        "+1 (321) 555-1212",
        "+1-321-555-1212",
        "(+1) 321 555 1212",
        "1-321-555-1212",
        "1 3215551212",
        " 13215551212",
        3215551212,
        13215551212,
    ],
    ids=repr,
)
def test_a_north_american_number_is_its_ten_digits(text: object) -> None:
    """With the separators that people write, and with +1 or 1 in front or not."""
    assert parse_fonenumber(text) == "3215551212"


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("+4930123456", "+4930123456"),
        ("+49 30 123456", "+4930123456"),
        ("+49 (30) 123456", "+4930123456"),
        ("+49 30/123 456", "+4930123456"),
        ("(+49) 30-123456", "+4930123456"),
        (" +49 30 123456", "+4930123456"),
        ("+65 6123 4567", "+6561234567"),  # ten digits in all, and nobody's in Ohio
        ("+44 20 7946 0958", "+442079460958"),
        ("+39 06 698 12345", "+390669812345"),  # Italy dials the zero
        ("+33 1 23 45 67 89", "+33123456789"),
        ("+852 2123 4567", "+85221234567"),
        ("+290 2234", "+2902234"),  # Saint Helena: seven digits
        ("+882 1612 3456 7890", "+882161234567890"),
        ("+3215551212", "+3215551212"),  # Belgium's, though a 1 would make it an American's
    ],
)
def test_a_number_of_another_country_keeps_its_code(text: str, stored: str) -> None:
    assert parse_fonenumber(text) == stored


@pytest.mark.parametrize("text", ["72345", "468123", "00800", 72345], ids=repr)
def test_a_short_code_is_taken_as_it_is(text: object) -> None:
    assert parse_fonenumber(text) == str(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("321555121", ""),
        ("555-1212", ""),
        ("555-1212 ext. 321", ""),
        ("321-555-1212 x7", ""),
        ("321-555-1212,,7#", ""),
        ("1-800-FLOWERS", ""),
        ("tel:3215551212", ""),
        ("tel:+1-321-555-1212", ""),
        ("3215551212;3215551111", ""),
        ("23215551212", ""),
        ("113215551212", ""),
        ("+1 321 555 121", ""),
        ("+493012", ""),
        ("+0123456789", ""),
        ("+8821612345678901", ""),
        ("++4930123456", ""),
        ("49+30123456", ""),
        ("72-345", ""),
        ("1234", ""),
        ("0215551212", "area code"),
        ("1215551212", "area code"),
        ("(021) 555-1212", "area code"),
        ("10215551212", "area code"),
        ("+1 121 555 1212", "area code"),
        (1215551212, "area code"),
        ("004930123456", "write [+] in place of 00"),
        ("00 49 30 123456", "write [+] in place of 00"),
        ("011 49 30 123456", "write [+] in place of 00"),
        ("+49 (0)30 123456", r"leave out the \(0\)"),
        ("+44 (0) 20 7946 0958", r"leave out the \(0\)"),
        (" 65 6123 4567", "in a form, [+] is written %2B"),
        ("\N{NO-BREAK SPACE}321-555-1212", "in a form, [+] is written %2B"),
        ("٣٢١٥٥٥١٢١٢", "digits are 0 to 9"),
        (FULL_WIDTH, "digits are 0 to 9"),
        (f"+49 30 {FULL_WIDTH}", "digits are 0 to 9"),
        ("\N{LEFT-TO-RIGHT EMBEDDING}3215551212", ""),
        ("321\t555\t1212", ""),
        ("3.21556E+09", ""),
        ("x" * 200_000, ""),
        ("1" * 200_000, ""),
        (" " * 200_000, ""),
        ("+" + "(0" * 100_000, ""),
        (True, ""),
        (3.5, ""),
        (3215551212.0, ""),
        (-3215551212, ""),
        (10**5_000, ""),
        ([], ""),
        ({}, ""),
    ],
    ids=lambda given: repr(given)[:30] if not isinstance(given, int) or given < 10**100 else "5,001 digits",
)
def test_what_is_no_number_is_refused_with_what_was_given_and_what_is_allowed(text: object, hint: str) -> None:
    """Never made into somebody else's."""
    with pytest.raises(InvalidSetting, match=rf"given .*10 digits .* 6 digits.*{hint}") as caught:
        parse_fonenumber(text)

    assert caught.value.field == "fonenumber"
    assert bool(hint) == (not str(caught.value).endswith("6 digits"))
    assert len(str(caught.value)) < 280


@pytest.mark.parametrize("text", ["", None])
def test_no_number_is_said_to_be_missing(text: object) -> None:
    with pytest.raises(InvalidSetting, match="missing"):
        parse_fonenumber(text)


def taken(text: Any) -> bool:
    try:
        parse_fonenumber(text)
    except InvalidSetting:
        return False
    return True


LIKE_NUMBERS = st.text(st.sampled_from("0123456789+-. ()/\N{NO-BREAK SPACE}\n٣x"), max_size=24)


@given(st.from_regex(FONENUMBER_PATTERN) | LIKE_NUMBERS | st.text())
def test_the_pattern_of_the_documents_is_what_is_taken(text: str) -> None:
    """Neither more nor less."""
    assert taken(text) == bool(re.search(FONENUMBER_PATTERN, text))


@given(st.from_regex(FONENUMBER_PATTERN))
def test_what_is_stored_is_taken_as_it_is(text: str) -> None:
    """And holds the very digits that were given, but for the 1 of North America."""
    stored = parse_fonenumber(text)

    assert parse_fonenumber(stored) == stored
    assert re.fullmatch(r"[2-9][0-9]{9}|\+[2-9][0-9]{6,14}|[0-9]{5,6}", stored)
    assert re.sub("[^0-9]", "", text) in {stored.removeprefix("+"), f"1{stored}"}


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("3215551212", "321-555-1212"),
        ("+4930123456", "+4930123456"),
        ("+29022345", "+29022345"),
        ("72345", "72345"),
        ("", ""),
    ],
)
def test_only_north_american_numbers_are_read_in_three_parts(stored: str, read: str) -> None:
    assert spoken(stored) == read
