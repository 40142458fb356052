"""The function `requeue` on moto."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from requeue.due import AHEAD, requeue
from requeue.lost import LOST_AFTER, find_lost
from ringback.aws.sqs import Queue
from ringback.models import Delivery, DeliveryStatus, Event
from ringback.storage.backlog import backlog_partition
from ringback.storage.due_index import SHARDS, DueIndex, get_shard
from ringback.timestamps import to_millis
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

    assert {get_shard(delivery.id) for delivery in parked} == set(SHARDS)
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

    assert stack.items("DELIVERIES_TABLE")[0]["due_shard"] == item["due_shard"]


def test_what_the_queue_refuses_stays_for_the_next_run(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch call that answers 200 may still have failed entries."""
    whole: Any = stack.sqs.send_message_batch
    [one, other] = [number for number in range(40) if get_shard(f"{number:032x}") == SHARDS[0]][:2]
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


# ── What was lost ─────────────────────────────────────────────────────────────────────────────────────────────────────


def look(stack: Stack, *, at: datetime = NOW, seconds: float = 60) -> int:
    """What one run brings back at that time."""
    return find_lost(
        index=DueIndex(table="DeliveriesTable", dynamodb=stack.dynamodb),
        retries=Queue(url=stack.environment["RETRIES_QUEUE_URL"], client=stack.sqs),
        clock=lambda: at,
        time_left=lambda: seconds,
    )


def queue(stack: Stack, number: int, *, due: datetime) -> Delivery:
    """A pending delivery whose message should be on the queue."""
    delivery = Delivery(id=f"{number:032x}", event=EVENT, created=NOW, tries=1, due=due)
    stack.deliveries().record([delivery], parked=lambda _: False)
    return delivery


def test_a_delivery_whose_message_was_lost_gets_another_one_once(stack: Stack) -> None:
    """With its own due time: whichever of two `deliver` sees second, it drops."""
    due = NOW - LOST_AFTER
    delivery = queue(stack, 1, due=due)

    assert [look(stack), look(stack, at=NOW + timedelta(seconds=1)), look(stack, at=NOW + timedelta(days=1))] == [
        0,
        1,
        0,
    ]
    [message] = stack.messages("RETRIES_QUEUE_URL")
    assert json.loads(message["Body"]) == {
        "version": 1,
        "owner": delivery.owner,
        "delivery": delivery.id,
        "due": to_millis(due),
    }
    stored = stack.deliveries().load([(delivery.owner, delivery.id)])
    assert list(stored.deliveries.values()) == [replace(delivery, version=1)]


def test_what_requeue_itself_sent_and_the_queue_lost_is_found_too(stack: Stack) -> None:
    park(stack, 1, due=NOW)
    run(stack)

    assert look(stack, at=NOW + LOST_AFTER) == 0
    assert look(stack, at=NOW + LOST_AFTER + timedelta(seconds=1)) == 1


def test_what_waits_elsewhere_or_is_done_is_not_lost(stack: Stack) -> None:
    """Later attempts are parked, a failing endpoint's are in its backlog, what is settled is off the index."""
    park(stack, 1, due=NOW - timedelta(hours=2))
    waiting = Delivery(id=f"{2:032x}", event=EVENT, created=NOW, due=NOW - timedelta(hours=2))
    backlog = backlog_partition((EVENT.owner, EVENT.kind), waiting.id)
    stack.deliveries().record([replace(waiting, backlog=backlog)], parked=lambda _: True)
    done = queue(stack, 3, due=NOW - timedelta(hours=2))
    settled = replace(done, version=1, status=DeliveryStatus.DELIVERED, due=None)
    stack.deliveries().record([settled], parked=lambda _: False)

    assert look(stack) == 0


def test_a_run_brings_back_a_few_so_that_a_backlog_is_not_doubled(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue may be that far behind, and lose nothing."""
    monkeypatch.setattr("requeue.lost.MAX_PER_SHARD", 2)
    for number in range(60):
        queue(stack, number, due=NOW - timedelta(hours=1))

    assert [look(stack, seconds=9), look(stack), look(stack)] == [0, 16, 16]
    assert len({json.loads(message["Body"])["delivery"] for message in received(stack, 32)}) == 32


def test_what_the_queue_refuses_is_sought_again(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    queue(stack, 1, due=NOW - timedelta(hours=1))
    with monkeypatch.context() as patch:
        patch.setattr(stack.sqs, "send_message_batch", lambda **_: {"Failed": [{"Id": "0"}]})
        assert look(stack) == 0

    assert look(stack) == 1
