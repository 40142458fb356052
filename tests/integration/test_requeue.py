"""The function `requeue` on moto."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from requeue.requeue import AHEAD, requeue
from ringback.delivery_items import SHARDS, shard_of
from ringback.due_index import DueIndex
from ringback.models import Delivery, Event
from ringback.queues import Queue
from tests.integration.stack import Stack

NOW = datetime(2026, 11, 23, 17, 36, tzinfo=UTC)
EVENT = Event(
    kind="messages/receive_notify", account="1000001", fonenumber="3215551212", id="0c40", time=NOW, data={"to": "1"}
)


def park(stack: Stack, number: int, *, due: datetime) -> Delivery:
    """A pending delivery whose next attempt is far off."""
    delivery = Delivery(id=f"{number:032x}", event=EVENT, created=NOW, tries=3, due=due)
    stack.deliveries().record([delivery], parked=lambda _: True)
    return delivery


def run(stack: Stack, *, seconds: float = 60) -> int:
    return requeue(
        index=DueIndex(table="DeliveriesTable", dynamodb=stack.dynamodb),
        retries=Queue(url=stack.environment["RETRIES_QUEUE_URL"], client=stack.sqs),
        clock=lambda: NOW,
        time_left=lambda: seconds,
    )


def received(stack: Stack, count: int) -> list[dict[str, Any]]:
    """The next *count* messages of the Retries queue, waiting for those that are delayed."""
    messages: list[dict[str, Any]] = []
    while len(messages) < count:
        messages += stack.messages("RETRIES_QUEUE_URL", wait=2)
    return messages


def test_what_is_due_comes_back_on_the_second(stack: Stack) -> None:
    """It is moved ahead of its time, and the queue waits the rest."""
    delivery = park(stack, 1, due=NOW + timedelta(seconds=1))

    assert run(stack) == 1
    assert stack.messages("RETRIES_QUEUE_URL") == []
    [message] = received(stack, 1)
    assert json.loads(message["Body"]) == {
        "version": 1,
        "owner": "1000001#3215551212",
        "delivery": delivery.id,
        "due": int(NOW.timestamp() * 1000) + 1000,
    }
    assert message["Attributes"]["MessageGroupId"] == "1000001"


def test_what_is_overdue_comes_back_at_once(stack: Stack) -> None:
    """After an hour in which `requeue` could not run, say."""
    park(stack, 1, due=NOW - timedelta(hours=1))

    assert run(stack) == 1
    assert len(stack.messages("RETRIES_QUEUE_URL")) == 1


def test_what_is_due_later_stays(stack: Stack) -> None:
    """The run of the next minute is soon enough."""
    park(stack, 1, due=NOW + AHEAD)

    assert run(stack) == 0


def test_nothing_is_moved_twice(stack: Stack) -> None:
    """What was sent is off the index, and nothing else about it has changed."""
    delivery = park(stack, 1, due=NOW)

    assert [run(stack), run(stack)] == [1, 0]
    stored = stack.deliveries().load([(delivery.owner, delivery.id)])
    assert list(stored.deliveries.values()) == [replace(delivery, version=1)]


def test_all_shards_are_emptied(stack: Stack) -> None:
    """Deliveries spread over all of them, more than one send takes."""
    parked = [park(stack, number, due=NOW) for number in range(40)]

    assert {shard_of(delivery.id) for delivery in parked} == set(SHARDS)
    assert run(stack) == 40
    bodies = {json.loads(message["Body"])["delivery"] for message in received(stack, 40)}
    assert bodies == {delivery.id for delivery in parked}


def test_a_delivery_that_moved_on_is_not_touched(stack: Stack) -> None:
    """A crash after sending left it on the index; meanwhile it was attempted and waits for another time."""
    park(stack, 1, due=NOW)
    index = DueIndex(table="DeliveriesTable", dynamodb=stack.dynamodb)
    [stale] = [parked for shard in SHARDS for parked in index.parked(shard, until=NOW + AHEAD)]
    [item] = stack.items("DELIVERIES_TABLE")
    later = {"N": str(int(item["due"]["N"]) + 7_200_000)}
    stack.dynamodb.put_item(TableName="DeliveriesTable", Item=item | {"due": later})

    index.unpark(stale)

    assert "due_shard" in stack.items("DELIVERIES_TABLE")[0]


def test_what_the_queue_refuses_stays_for_the_next_run(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch call that answers 200 may still have failed entries."""
    whole: Any = stack.sqs.send_message_batch
    [one, other] = [number for number in range(40) if shard_of(f"{number:032x}") == SHARDS[0]][:2]
    park(stack, one, due=NOW)
    park(stack, other, due=NOW)

    def picky(*, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - SQS's names
        answer: dict[str, Any] = whole(QueueUrl=QueueUrl, Entries=Entries[1:])
        return answer | {"Failed": [{"Id": Entries[0]["Id"]}]}

    with monkeypatch.context() as patch:
        patch.setattr(stack.sqs, "send_message_batch", picky)
        moved = run(stack)

    assert moved == 1
    assert run(stack) == 1


def test_a_run_ends_in_time(stack: Stack) -> None:
    """What is left is moved a minute later."""
    park(stack, 1, due=NOW)

    assert run(stack, seconds=9) == 0
    assert run(stack) == 1
