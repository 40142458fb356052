"""docs/event.schema.json: what it takes is what `deliver` takes."""

import json
from typing import Any

import jsonschema_rs
import pytest

from deliver.messages import message_in, read_message
from ringback.catalog.payload import CATALOGUE
from ringback.errors import MalformedEvent
from tests.payloads import EVENTS, payloads
from tools.event_schema import PATH, schema, text

VALIDATOR = jsonschema_rs.Draft202012Validator(schema())
"""It reads patterns as ECMA does, which JSON Schema asks for."""

EXAMPLES = {one["event"]: one for one in schema()["examples"]}

VALUES: list[Any] = [
    *(None, "", "x", "-", "a#b", "Ünicode", "END", "BEGIN", "x" * 64, "x" * 65, "x" * 160, "x" * 161),
    *(0, 1, -1, 42, 1.5, -0.25, 1234, 12345, 123456, 1234567, 10**15, 10**15 - 1, -(10**15), True, False),
    *("12", "-12", "1.5", "1" * 15, "1" * 16, "1e3", "a\tb", "a\x00b"),
    *("3215551212", "(321) 555-1212", "+1 321 555 1212", "13215551212", "1215551212", "+4930123456", "+49 (0)30 12"),
    *(3215551212, 13215551212, 23215551212, 1215551212, 12215551212),
    *("12345", "123456", "1234", "1234567", "0032155512", " 3215551212"),
    *(
        "2026-11-23",
        "2026-11-23T17:36:00Z",
        "2026-11-23 17:36",
        "2026-11-23T17:36:00+0100",
        "20261123",
        "now",
        "23.11.",
    ),
    *(
        [],
        ["x"],
        {},
        {"url": "https://example.com"},
        {"url": None},
        {"url": 3},
        {"confirmation_url": "x"},
        {"mail": "x"},
    ),
]


def is_taken(message: object) -> bool:
    record = {"messageId": "m-1", "body": json.dumps(message), "attributes": {"SentTimestamp": "1"}}
    try:
        read_message(record)
    except MalformedEvent:
        return False
    return True


def test_the_file_is_what_the_catalogue_says() -> None:
    assert PATH.read_text(encoding="utf-8") == text(), "write it anew: make docs"


def test_it_is_a_schema_and_its_examples_are_events() -> None:
    assert jsonschema_rs.meta.is_valid(schema())
    assert list(EXAMPLES) == list(CATALOGUE)
    for example in EXAMPLES.values():
        assert VALIDATOR.is_valid(example)
        assert is_taken(example)


@pytest.mark.parametrize("name", payloads()["DeliverFunction"])
def test_it_takes_of_the_payloads_what_deliver_takes(name: str) -> None:
    for record in json.loads((EVENTS / name).read_text(encoding="utf-8"))["Records"]:
        try:
            message = message_in(record["body"])
        except MalformedEvent:
            continue  # it is not JSON at all
        is_event = is_taken(message) and "event" in message  # and no retry of ours
        assert VALIDATOR.is_valid(json.loads(json.dumps(message))) == is_event, record["body"]


@pytest.mark.parametrize("kind", CATALOGUE)
@pytest.mark.parametrize("field", ["event", "account", "fonenumber", "id", "time", "data", "callback", "more"])
def test_whatever_a_field_is_both_judge_it_alike(kind: str, field: str) -> None:
    differing = [
        value
        for value in VALUES
        if VALIDATOR.is_valid(message := {**EXAMPLES[kind], field: value}) != is_taken(message)
    ]
    without = {name: value for name, value in EXAMPLES[kind].items() if name != field}

    assert differing == []
    assert VALIDATOR.is_valid(without) == is_taken(without)


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=lambda kind: kind.name)
def test_whatever_a_value_of_its_data_is_both_judge_it_alike(kind: Any) -> None:
    example = EXAMPLES[kind.name]
    messages = [{**example, "data": {name: value}} for name in (*kind.names, "carrier") for value in VALUES]

    assert [message["data"] for message in messages if VALIDATOR.is_valid(message) != is_taken(message)] == []


@pytest.mark.parametrize("message", [None, [], "text", 3, {}, {"data": {}}])
def test_what_is_no_event_at_all_is_refused_by_both(message: object) -> None:
    assert not VALIDATOR.is_valid(message)
    assert not is_taken(message)
