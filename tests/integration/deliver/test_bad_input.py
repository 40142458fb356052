"""Messages and URLs that `deliver` can do nothing with, on moto."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from deliver.dead_letters import MAX_ATTRIBUTES, MAX_BODY, DeadLetters
from deliver.messages import MAX_BYTES
from ringback.aws.sqs import Queue
from ringback.errors import MalformedEvent, MalformedReason
from ringback.models import (
    DeliveryStatus,
    Method,
    Outcome,
)
from tests.integration.delivering import MESSAGE, Platform, lines, metrics
from tests.integration.lambdas import record
from tests.integration.stack import Stack


def test_rubbish_goes_to_the_dead_letters_and_the_rest_is_delivered(
    platform: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    """At once, whole, with a reason and one error line each."""
    platform.set()
    rubbish = ["not json", "{}", json.dumps(MESSAGE | {"fonenumber": "12"}), "\x00\x01\x02", ""]

    assert platform.invoke(*map(record, rubbish), record(MESSAGE)) == []

    assert len(platform.receiver.received) == 1
    letters = platform.stack.messages("DEAD_LETTERS_URL")
    reasons = {letter["Body"]: letter["MessageAttributes"]["reason"]["StringValue"] for letter in letters}
    assert reasons == {
        "not json": "not_json",
        "{}": "no_event",
        rubbish[2]: "bad_fonenumber",
        "���": "not_json",
        " ": "not_json",
    }
    assert all(letter["MessageAttributes"]["detail"]["StringValue"] for letter in letters)
    output = capsys.readouterr().out
    assert len(lines(output, "message.dead_lettered")) == 5
    assert metrics(output)["DeadLetters"] == 5


def test_a_mebibyte_goes_to_the_dead_letters(platform: Platform) -> None:
    """The queue takes less; what is invoked directly may have more, and is cut to what a queue takes."""
    assert platform.invoke(record("x" * 1_048_576)) == []

    [letter] = platform.stack.messages("DEAD_LETTERS_URL")
    assert len(letter["Body"]) == MAX_BODY
    assert letter["MessageAttributes"]["reason"]["StringValue"] == "too_large"
    assert "cut from 1,048,576 bytes" in letter["MessageAttributes"]["detail"]["StringValue"]


def size_of(letter: Mapping[str, Any]) -> int:
    """As SQS counts it: the body, and each attribute's name, type and value."""
    attributes = letter["MessageAttributes"]
    texts = [text for name, one in attributes.items() for text in (name, one["DataType"], one["StringValue"])]
    return sum(len(text.encode()) for text in (letter["Body"], *texts))


def test_the_largest_dead_letter_fits_the_events_queue_again(stack: Stack) -> None:
    """Its reason and what was given go back with it; characters of four bytes are the longest that there are."""
    letters = DeadLetters(queue=Queue(url=stack.environment["DEAD_LETTERS_URL"], client=stack.sqs))
    longest = MalformedEvent(MalformedReason.BAD_FONENUMBER, "\N{GRINNING FACE}" * 5_000)
    message = {"body": "x" * MAX_BYTES, "messageId": "m" * 100}

    assert letters.send(message, longest)

    [letter] = stack.messages("DEAD_LETTERS_URL")
    assert MAX_BYTES < size_of(letter) <= MAX_BYTES + MAX_ATTRIBUTES


def test_what_the_dead_letters_do_not_take_goes_back(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """After five receives SQS moves it there itself: nothing is lost."""
    monkeypatch.setenv("DEAD_LETTERS_URL", "https://queue.amazonaws.com/123456789012/nowhere")

    assert platform.invoke(record("rubbish", message="m")) == ["m"]


def test_what_could_not_be_buried_is_not_counted_as_buried(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEAD_LETTERS_URL", "https://queue.amazonaws.com/123456789012/nowhere")

    platform.invoke(record("rubbish", message="m"))

    output = capsys.readouterr().out
    assert metrics(output) == {"Returned": 1}
    assert lines(output, "message.dead_lettered") == []
    [line] = lines(output, "message.returned")
    assert (line["message_ids"], line["fault"]) == (["m"], "the dead letters did not take it")


@pytest.mark.parametrize(("owner", "delivery"), [("", "1"), ("a#1", ""), ("a" * 2049, "1"), ("a#1", "1" * 1025)])
def test_a_retry_that_no_table_can_hold_turns_back_nobody_else(platform: Platform, owner: str, delivery: str) -> None:
    """DynamoDB would refuse the whole call that reads the batch's deliveries."""
    platform.set()

    assert (
        platform.invoke(record({"version": 1, "owner": owner, "delivery": delivery, "due": 1}), record(MESSAGE)) == []
    )

    assert len(platform.receiver.received) == 1
    [letter] = platform.stack.messages("DEAD_LETTERS_URL")
    assert letter["MessageAttributes"]["reason"]["StringValue"] == "bad_retry"


def test_unknown_fields_and_empty_tokens_are_counted(platform: Platform, capsys: pytest.CaptureFixture[str]) -> None:
    """And delivered."""
    platform.set(method=Method.GET, target="/?from=((from))&id=((id))")

    platform.invoke(record(MESSAGE | {"data": {"from": "3215551111", "carrier": "x", "cost": 1}}))

    [request] = platform.receiver.received
    assert request.line == "GET /?from=3215551111&id= HTTP/1.1"
    counts = metrics(capsys.readouterr().out)
    assert (counts["UnknownFields"], counts["EmptyTokens"], counts["Delivered"]) == (2, 1, 1)


@pytest.mark.parametrize(
    ("url", "outcome"),
    [
        ("https://example.com/?x=((nonsense))", Outcome.UNUSABLE),
        ("ftp://example.com/", Outcome.UNUSABLE),
        ("http://169.254.169.254/latest/meta-data/", Outcome.REFUSED),
        ("http://[::ffff:10.0.0.1]/", Outcome.REFUSED),
    ],
)
def test_a_url_that_may_not_be_called_fails_at_once(
    platform: Platform, capsys: pytest.CaptureFixture[str], url: str, outcome: Outcome
) -> None:
    """The rules may be newer than the callback; the log says why."""
    platform.set(url=url)

    assert platform.invoke(record(MESSAGE)) == []

    delivery = platform.delivery()
    assert (delivery.status, delivery.attempts[0].outcome) == (DeliveryStatus.FAILED, outcome)
    [line] = lines(capsys.readouterr().out, "delivery.attempted")
    assert line["outcome"] == outcome
    assert line["detail"]
