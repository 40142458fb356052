"""What `deliver` reads of tables, on moto: at once, once, and as it is then."""

from typing import Any

import pytest

from ringback.models import (
    DeliveryStatus,
)
from tests.integration.delivering import KIND, MESSAGE, OWNER, Platform
from tests.integration.lambdas import record


def test_a_batch_is_looked_up_and_recorded_together(platform: Platform, calls: list[tuple[str, Any]]) -> None:
    """A message received twice costs nothing: 30 events and one of them again take one read and two writes."""
    platform.set()
    calls.clear()
    messages = [record(MESSAGE | {"id": str(number)}) for number in range(30)]

    assert platform.invoke(*messages, record(MESSAGE | {"id": "0"})) == []

    assert len(platform.receiver.received) == 30
    names = [name for name, _ in calls]
    assert names.count("batch_get_item") == 1
    assert (
        2 <= names.count("batch_write_item") == len(calls) - 1 <= 6
    )  # a group is handed on when nothing comes for 30 ms


def test_no_item_is_read_twice_in_a_batch(platform: Platform, calls: list[tuple[str, Any]]) -> None:
    """A retry's callback is known when its delivery is; events have brought most of what it needs by then."""
    platform.set()
    platform.receiver.status = 500
    platform.invoke(record(MESSAGE))
    platform.set(event="messages/send_notify")
    batch = [platform.retry(), MESSAGE | {"id": "1"}, MESSAGE | {"event": "messages/send_notify"}]
    calls.clear()

    platform.invoke(*map(record, batch))

    keys = [
        (table, *(value["S"] for value in key.values()))
        for name, request in calls
        if name == "batch_get_item"
        for table, wanted in request["RequestItems"].items()
        for key in wanted["Keys"]
    ]
    assert len(keys) == len(set(keys)) == 6  # three deliveries, two callbacks, one account's secrets


def test_a_setting_counts_from_the_next_event_on(platform: Platform) -> None:
    """In an environment that has just seen that there was none, or another one, or that it is None."""
    events = [record(MESSAGE | {"id": str(number)}) for number in range(4)]

    platform.invoke(events[0])
    platform.set()
    platform.invoke(events[1])
    platform.set(target="/other")
    platform.invoke(events[2])
    platform.stack.callbacks().remove((OWNER, KIND))
    platform.invoke(events[3])

    assert [request.line.split()[1] for request in platform.receiver.received] == ["/hook", "/other"]


@pytest.fixture
def behind(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads that need not be consistent see nothing of what was written: a replica that is a second behind."""
    whole: Any = platform.stack.dynamodb.batch_get_item

    def read(*, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - DynamoDB's name
        consistent = {name: wanted for name, wanted in RequestItems.items() if wanted["ConsistentRead"]}
        responses = whole(RequestItems=consistent)["Responses"] if consistent else {}
        return {"Responses": {name: [] for name in RequestItems} | responses}

    monkeypatch.setattr(platform.stack.dynamodb, "batch_get_item", read)


@pytest.mark.usefixtures("behind")
def test_the_first_event_after_a_callback_was_set_does_not_vanish(platform: Platform) -> None:
    """Who tries it out has just set it: where none is found, it is looked up again, consistently."""
    platform.set()

    platform.invoke(record(MESSAGE))

    assert len(platform.receiver.received) == 1


@pytest.mark.usefixtures("behind")
def test_what_an_earlier_receive_recorded_is_not_missed(platform: Platform) -> None:
    """Retries and what SQS hands out again are read consistently, and all that came with them."""
    platform.set()
    platform.receiver.status = 500
    platform.invoke(record(MESSAGE))

    assert platform.invoke(record(MESSAGE, receives=2)) == []
    platform.receiver.status = 200
    assert platform.invoke(record(platform.retry())) == []

    assert len(platform.receiver.received) == 2
    assert [attempt.status for attempt in platform.delivery().attempts] == [500, 200]


@pytest.mark.usefixtures("behind")
def test_a_copy_of_an_event_whose_record_is_not_seen_yet_changes_nothing_for_the_worse(platform: Platform) -> None:
    """It is sent once more, under the same id; a failure does not replace what is recorded."""
    platform.set()
    platform.invoke(record(MESSAGE))
    platform.receiver.status = 500

    assert platform.invoke(record(MESSAGE)) == []

    assert [request.headers["webhook-id"] for request in platform.receiver.received] == [platform.delivery().id] * 2
    assert platform.delivery().status is DeliveryStatus.DELIVERED


@pytest.mark.parametrize(("receives", "consistent"), [(1, False), (2, True)])
def test_new_events_are_looked_up_at_half_the_price(
    platform: Platform, calls: list[tuple[str, Any]], receives: int, *, consistent: bool
) -> None:
    platform.set()
    calls.clear()

    platform.invoke(record(MESSAGE, receives=receives))

    [(_, request)] = [call for call in calls if call[0] == "batch_get_item"]
    assert [wanted["ConsistentRead"] for wanted in request["RequestItems"].values()] == [consistent, consistent]
