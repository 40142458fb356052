"""What a person recognizes an event by."""

from datetime import UTC, datetime

import pytest

from api.recognition import MAX_TEXT, get_other_party, parse_party, shorten_text
from ringback.catalog.payload import CATALOGUE, EventKind
from ringback.models import Event, Value

OURS, THEIRS = "3215551212", "3215551111"


def event(fonenumber: str = OURS, **data: Value) -> Event:
    return Event(
        kind="messages/receive_notify",
        account="1000001",
        fonenumber=fonenumber,
        id="1",
        time=datetime(2026, 11, 23, tzinfo=UTC),
        data=data,
    )


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=lambda kind: kind.name)
def test_of_every_kind_the_other_party_is_not_the_number_itself(kind: EventKind) -> None:
    assert get_other_party(event(OURS, **kind.example)) == THEIRS


@pytest.mark.parametrize(
    ("data", "fonenumber", "party"),
    [
        ({"from": "+1 (321) 555-1111", "to": "+13215551212"}, OURS, THEIRS),
        ({"from": "Anonymous", "to": OURS}, OURS, "Anonymous"),
        ({"from": OURS, "to": OURS}, OURS, OURS),
        ({"to": OURS}, OURS, ""),
        ({}, OURS, ""),
        ({"from": THEIRS, "to": OURS, "direction": "INBOUND"}, "", THEIRS),
        ({"from": OURS, "to": THEIRS, "direction": "OUTBOUND"}, "", THEIRS),
        ({"from": OURS, "to": 3215551111}, OURS, THEIRS),
    ],
)
def test_numbers_are_compared_as_they_are_stored(data: dict[str, Value], fonenumber: str, party: str) -> None:
    assert get_other_party(event(fonenumber, **data)) == party


def test_who_looks_for_a_number_may_write_it_in_any_notation() -> None:
    assert parse_party("(321) 555-1111") == THEIRS
    assert parse_party("Anonymous") == "Anonymous"


@pytest.mark.parametrize(
    ("text", "beginning"),
    [
        ("hello", "hello"),
        ("two\nlines\tand  more", "two lines and more"),
        ("x" * MAX_TEXT, "x" * MAX_TEXT),
        ("x" * (MAX_TEXT + 1), "x" * MAX_TEXT + "…"),
        ("word " * 40, "word " * 15 + "word…"),
        ("a " + "x" * 200, "a " + "x" * (MAX_TEXT - 2) + "…"),
        ("", ""),
    ],
)
def test_a_text_is_known_by_its_first_words(text: str, beginning: str) -> None:
    assert shorten_text(event(message=text)) == beginning


def test_what_has_no_text_shows_none() -> None:
    assert shorten_text(event(uid="1")) == ""
