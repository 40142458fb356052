"""Every record of a batch is in exactly one metric."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from local.demo.receiver import read_request
from ringback.models import Delivery, DeliveryStatus, Event
from ringback.timestamps import from_millis, to_millis
from tests.integration.delivering import KIND, MESSAGE, Platform, lines, metrics
from tests.integration.lambdas import record
from tests.integration.receivers import Receiver

MONTH = timedelta(days=30)

OF_A_RECORD = (
    "Attempts",
    "Waiting",
    "Deferred",
    "NoRoom",
    "Expired",
    "Cancelled",
    "Unmatched",
    "Duplicates",
    "Vanished",
    "Rescheduled",
    "Superseded",
    "Returned",
    "DeadLetters",
)
"""The metrics that account for records (docs/metrics.md)."""

numbers = {name: f"32155512{place}" for place, name in enumerate(OF_A_RECORD, 10)}
"""A number whose records meet that fate."""


def event(fate: str, event_id: str = "1") -> dict[str, Any]:
    return record(MESSAGE | {"fonenumber": numbers[fate], "id": event_id}, message=f"{fate}-{event_id}")


def set_callback(platform: Platform, fate: str, url: str = "") -> None:
    platform.set(owner=f"1000001#{numbers[fate]}", url=url or platform.receiver.text_url)


def stored(platform: Platform, fate: str, **changes: Any) -> Delivery:
    """A pending delivery that was recorded before."""
    now = from_millis(to_millis(platform.clock()))
    told = Event(kind=KIND, account="1000001", fonenumber=numbers[fate], id="0", time=now, data={"to": "1"})
    delivery = Delivery(id=f"{OF_A_RECORD.index(fate):032x}", event=told, created=now, due=now, tries=1)
    delivery = replace(delivery, **changes)
    platform.stack.deliveries().record([delivery], parked=lambda _: False)
    return replace(delivery, version=1)


def unreadable(platform: Platform, delivery: Delivery) -> Delivery:
    """The same one, which a newer release has written."""
    platform.stack.dynamodb.update_item(
        TableName="DeliveriesTable",
        Key={"owner": {"S": delivery.owner}, "delivery": {"S": delivery.id}},
        UpdateExpression="SET #format = :newer",
        ExpressionAttributeNames={"#format": "format"},
        ExpressionAttributeValues={":newer": {"N": "99"}},
    )
    return delivery


def retry(platform: Platform, delivery: Delivery, **options: Any) -> dict[str, Any]:
    fate = next(name for name, number in numbers.items() if number == delivery.event.fonenumber)
    return record(platform.retry(delivery), message=f"{fate}-retry", **options)


def fail(platform: Platform, fate: str, times: int) -> None:
    """Its endpoint has failed so often in a row."""
    owner = f"1000001#{numbers[fate]}"
    callback = platform.stack.callbacks().load([(owner, KIND)]).callback((owner, KIND))
    assert callback
    breaker = platform.stack.health().failed(callback, times, since=platform.clock())
    assert breaker
    if breaker.shall_open:
        platform.stack.health().open(replace(callback, breaker=breaker), breaker.opened(platform.clock(), max))


@pytest.fixture
def everything(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """A batch with a record for each fate, and two attempts."""
    monkeypatch.setenv("CONNECTIONS_PER_HOST", "1")
    monkeypatch.setattr("deliver.pipeline.TURN_WAIT_SECONDS", 0.1)
    overtaken = stored(platform, "Superseded")

    def overtake(receiver: Receiver, sock: socket.socket) -> None:
        """Somebody else writes the delivery while its attempt is made, and nobody else's has room meanwhile."""
        read_request(sock)
        theirs = replace(overtaken, due=None, status=DeliveryStatus.CANCELLED)
        platform.stack.deliveries().record([theirs], parked=lambda _: False)
        receiver.stopped.wait(0.5)
        sock.sendall(receiver.answer())

    with Receiver(behaviour=overtake) as slow:
        for fate in set(OF_A_RECORD) - {"Cancelled", "Unmatched", "Superseded", "NoRoom"}:
            set_callback(platform, fate)
        for fate in ("Superseded", "NoRoom"):
            set_callback(platform, fate, slow.text_url)
        for fate, times in {"Deferred": 3, "Waiting": 10, "Expired": 10}.items():
            fail(platform, fate, times)
        twice = event("Duplicates")
        assert platform.invoke(twice) == []
        yield [
            retry(platform, overtaken),
            event("NoRoom"),
            event("Attempts"),
            event("Attempts", "2"),
            event("Waiting"),
            event("Deferred"),
            retry(platform, stored(platform, "Expired", created=platform.clock() - MONTH)),
            retry(platform, stored(platform, "Cancelled")),
            event("Unmatched"),
            twice,
            record({**platform.retry(overtaken), "delivery": "f" * 32}, message="Vanished-retry"),
            retry(platform, replace(stored(platform, "Rescheduled"), due=platform.clock() - MONTH), receives=2),
            retry(platform, unreadable(platform, stored(platform, "Returned"))),
            record("no event", message="DeadLetters-1"),
        ]


def test_every_record_is_accounted_for(
    platform: Platform, everything: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    """What comes in is what the metrics add up to, each fate with its own."""
    capsys.readouterr()

    back = platform.invoke(*everything)

    output = capsys.readouterr().out
    counted = {name: count for name, count in metrics(output).items() if name in OF_A_RECORD}
    assert counted == dict.fromkeys(OF_A_RECORD, 1) | {"Attempts": 2}
    assert sum(counted.values()) == len(everything)
    assert back == ["Returned-retry"]
    assert [line["message_ids"] for line in lines(output, "delivery.superseded")] == [["Superseded-retry"]]
