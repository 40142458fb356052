import json
from datetime import UTC, datetime
from typing import Any

import pytest

from operate.letters import read_letter

QUEUE = "arn:aws:sqs:us-east-1:123456789012:ringback-EventsQueue-1A2B3C4D5E6F"
EVENT = {
    "event": "messages/receive_notify",
    "account": "1000001",
    "fonenumber": "3215551212",
    "data": {"to": "3215551212", "msg": "see you at nine"},
}


def message(body: object = EVENT, system: dict[str, str] | None = None, **attributes: str) -> dict[str, Any]:
    """As SQS hands it out."""
    return {
        "MessageId": "22592e75-3004-169b-970b-e1aa82da221e",
        "ReceiptHandle": "AQEB",
        "Body": body if isinstance(body, str) else json.dumps(body),
        "Attributes": {"SentTimestamp": "1795455360250", **(system or {})},
        "MessageAttributes": {name: {"DataType": "String", "StringValue": text} for name, text in attributes.items()},
    }


def test_what_deliver_buried_says_why() -> None:
    said = "data.billable_seconds: expected an integer"
    letter = read_letter(message(reason="bad_data", detail=f'{said}; given "my pin is 1234"', logged=said))

    assert (letter.reason, letter.story) == ("bad_data", f"deliver, which could not read it: {said}")
    assert letter.sent == datetime(2026, 11, 23, 17, 36, 0, 250_000, tzinfo=UTC)


def test_of_an_older_letter_the_reason_alone_is_known() -> None:
    """Its detail may hold what a customer wrote."""
    letter = read_letter(message(reason="bad_data", detail='given "my pin is 1234"'))

    assert (letter.reason, letter.story) == ("bad_data", "deliver, which could not read it")


def test_poison_says_which_queue_it_comes_from() -> None:
    letter = read_letter(message(system={"DeadLetterQueueSourceArn": QUEUE}))

    assert (letter.reason, letter.source) == ("poison", "ringback-EventsQueue-1A2B3C4D5E6F")
    assert "ringback-EventsQueue-1A2B3C4D5E6F" in letter.story


def test_what_became_poison_after_its_redrive_is_poison() -> None:
    """SQS keeps the attributes that an earlier burial gave it."""
    letter = read_letter(message(system={"DeadLetterQueueSourceArn": QUEUE}, reason="unknown_event"))

    assert letter.reason == "poison"


def test_what_eventbridge_could_not_put_on_the_queue_says_its_error() -> None:
    letter = read_letter(message(ERROR_CODE="NO_PERMISSIONS", ERROR_MESSAGE="not authorized", RULE_ARN="arn:…"))

    assert letter.reason == "undeliverable"
    assert letter.story.endswith("ERROR_CODE=NO_PERMISSIONS, ERROR_MESSAGE=not authorized")


FEEDBACK = "arn:aws:lambda:us-east-1:123456789012:function:ringback-FeedbackFunction-1A2B3C4D5E6F"


def test_a_report_that_eventbridge_could_not_hand_over_names_the_function() -> None:
    letter = read_letter(message(ERROR_CODE="NO_PERMISSIONS", TARGET_ARN=FEEDBACK))

    assert (letter.reason, letter.function) == ("undeliverable", "ringback-FeedbackFunction-1A2B3C4D5E6F")
    assert "to the function ringback-FeedbackFunction-1A2B3C4D5E6F" in letter.story


def test_an_event_for_the_queue_names_no_function() -> None:
    assert read_letter(message(ERROR_CODE="NO_PERMISSIONS", TARGET_ARN=QUEUE)).function is None


def test_a_report_that_feedback_failed_at_names_the_function() -> None:
    """As Lambda puts it here: the record of an asynchronous invocation."""
    record = {"version": "1.0", "requestContext": {"functionArn": FEEDBACK, "condition": "RetriesExhausted"}}

    letter = read_letter(message(record | {"requestPayload": {"detail": {"bounce": {}}}}))

    assert (letter.reason, letter.function) == ("not_done", "ringback-FeedbackFunction-1A2B3C4D5E6F")
    assert "which failed at it" in letter.story


@pytest.mark.parametrize("context", [None, [], "text", {"functionArn": 5}, {"functionArn": "arn:aws:lambda"}])
def test_what_only_looks_like_such_a_record_is_unknown(context: object) -> None:
    assert read_letter(message({"requestContext": context})).reason == "unknown"


def test_what_anybody_else_sent_is_unknown() -> None:
    assert read_letter(message()).reason == "unknown"


def test_the_letter_does_not_repeat_its_body_where_it_is_printed() -> None:
    """As in the output of a failing test."""
    assert "nine" not in repr(read_letter(message()))
