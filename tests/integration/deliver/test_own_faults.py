"""`deliver` on moto when a part of ours is out of reach, or time runs out."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from deliver.messages import read_message
from ringback.models import (
    AttemptReason,
    DeliveryStatus,
    delivery_id,
)
from tests.integration.delivering import MESSAGE, OWNER, PLANTED, Platform, lines
from tests.integration.lambdas import record


@pytest.mark.parametrize("operation", ["batch_get_item", "batch_write_item"])
def test_a_table_out_of_reach_sends_messages_back(
    platform: Platform, break_call: Callable[[str, str], None], operation: str
) -> None:
    """Nothing is recorded as an attempt."""
    platform.set()
    break_call("dynamodb", operation)

    assert platform.invoke(record(MESSAGE, message="a"), record(MESSAGE | {"id": "b"}, message="b")) == ["a", "b"]
    assert platform.stack.items("DELIVERIES_TABLE") == []


def test_kms_out_of_reach_sends_back_only_what_needs_it(
    platform: Platform, break_call: Callable[[str, str], None]
) -> None:
    """The other callbacks have no password."""
    platform.set()
    platform.stack.callbacks().put(
        replace(platform.set(), event="calls/receive_notify", url_username="me", url_password=PLANTED)
    )
    break_call("kms", "decrypt")
    call = MESSAGE | {"event": "calls/receive_notify", "data": {"status": "BEGIN"}}

    assert platform.invoke(record(MESSAGE), record(call, message="call")) == ["call"]
    assert len(platform.receiver.received) == 1


@pytest.mark.parametrize("table", ["CALLBACKS_TABLE", "DELIVERIES_TABLE"])
def test_an_item_that_cannot_be_read_holds_up_nobody_else(platform: Platform, table: str) -> None:
    """Its message comes back until it is a dead letter; its neighbours in the batch are delivered."""
    platform.set()
    call = MESSAGE | {"event": "calls/receive_notify", "data": {"status": "BEGIN"}}
    key = {"owner": {"S": OWNER}, "event": {"S": call["event"]}}
    if table == "DELIVERIES_TABLE":
        event = read_message(record(call)).content
        key |= {"delivery": {"S": delivery_id(event)}}  # type: ignore[arg-type]
    platform.stack.dynamodb.put_item(TableName=platform.stack.environment[table], Item=key)

    assert platform.invoke(record(call, message="call"), record(MESSAGE)) == ["call"]
    assert len(platform.receiver.received) == 1


def test_a_retries_queue_out_of_reach_sends_the_message_back(
    platform: Platform, break_call: Callable[[str, str], None]
) -> None:
    """Its attempt is recorded, and is not repeated when it comes again."""
    platform.set()
    platform.receiver.status = 500
    break_call("sqs", "send_message_batch")

    assert platform.invoke(record(MESSAGE, message="a")) == ["a"]
    assert platform.invoke(record(MESSAGE, message="a", receives=2)) == ["a"]
    assert len(platform.receiver.received) == 1


def test_a_bug_sends_its_message_back_and_keeps_quiet_about_its_text(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An exception that nobody foresaw may hold anything."""

    def buggy(*_: object, **__: object) -> None:
        raise RuntimeError(PLANTED)

    platform.set()
    monkeypatch.setattr("deliver.environment.render", buggy)

    assert platform.invoke(record(MESSAGE, message="a")) == ["a"]
    output = capsys.readouterr().out
    [line] = lines(output, "message.returned")
    assert line["fault"] == "RuntimeError"
    assert PLANTED not in output


def test_an_invocation_about_to_end_starts_nothing(platform: Platform) -> None:
    """What has no time to start is put off, no attempt used up, and no receive counted towards the dead letters."""
    platform.set()

    assert platform.invoke(record(MESSAGE), seconds=19) == []

    delivery = platform.delivery()
    assert platform.receiver.received == []
    assert (delivery.status, delivery.tries, delivery.attempts) == (DeliveryStatus.PENDING, 0, ())
    assert platform.waiting() == 1
    assert platform.invoke(record(platform.retry())) == []
    assert [attempt.reason for attempt in platform.delivery().attempts] == [AttemptReason.EVENT]


def test_an_invocation_that_ends_now_leaves_everything_as_it_was(platform: Platform) -> None:
    """There is no time to record anything: the message goes back untouched."""
    platform.set()

    assert platform.invoke(record(MESSAGE, message="a"), seconds=4) == ["a"]
    assert platform.deliveries() == []
