"""Deliveries that are put off without an attempt."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from deliver.postpone import GAVE_UP, hold, postpone
from ringback.breaker import Breaker
from ringback.models import Callback, CallbackType, Delivery, DeliveryStatus, Event
from ringback.storage.backlog import backlog_partition
from ringback.storage.deliveries import delivery_to_item
from ringback.storage.due_index import SHARDS

NOW = datetime(2026, 11, 23, 17, 36, tzinfo=UTC)
MONTH = timedelta(days=30)
EVENT = Event(kind="accounts/cdr_notify", account="1", fonenumber="3215551212", id="0c40", time=NOW, data={})
DELIVERY = Delivery(id="0" * 32, event=EVENT, created=NOW, tries=4)
CALLBACK = Callback(
    owner="1#*",
    event="accounts/cdr_notify",
    type=CallbackType.CALLBACK,
    url="https://example.com/",
    breaker=Breaker(failures=10, failing_since=NOW, open_until=NOW),
)


def middle(low: float, high: float) -> float:
    return (low + high) / 2


def test_a_delivery_waits_in_the_backlog_of_its_callback_and_uses_no_attempt_up() -> None:
    """The backlog is the callback's, not the number's: an account-wide callback has deliveries of many numbers."""
    waiting = hold(DELIVERY, CALLBACK, now=NOW, retention=MONTH)

    assert (waiting.status, waiting.tries, waiting.attempts) == (DeliveryStatus.PENDING, 4, ())
    assert waiting.note == "waits until its endpoint answers again, down since 2026-11-23 17:36 UTC"
    item = delivery_to_item(waiting, parked=True, retention=MONTH)
    assert item["due_shard"] == {"S": backlog_partition(("1#*", "accounts/cdr_notify"), DELIVERY.id)}


def test_nothing_waits_until_its_record_expires() -> None:
    """It fails a day before, so that the log still shows it failed."""
    end = NOW + MONTH - timedelta(days=1)

    assert hold(DELIVERY, CALLBACK, now=end - timedelta(seconds=1), retention=MONTH).due == end
    failed = hold(DELIVERY, CALLBACK, now=end, retention=MONTH)
    assert (failed.status, failed.due, failed.backlog, failed.note) == (DeliveryStatus.FAILED, None, "", GAVE_UP)


def test_a_line_has_as_many_parts_as_the_due_index() -> None:
    """One part takes 1,000 deliveries a second, and a large customer may have more."""
    lines = {backlog_partition(("1#*", "accounts/cdr_notify"), f"{number:032x}") for number in range(100)}

    assert lines == {f"{shard}#1#*#accounts/cdr_notify" for shard in SHARDS}


@pytest.mark.parametrize(("age", "wait"), [(0, 5), (4, 5), (60, 60), (600, 300), (-10, 5)])
def test_what_found_no_room_waits_as_long_again_as_it_has_waited(age: int, wait: int) -> None:
    """So that a thousand events for one slow endpoint do not go round every few seconds; no attempt is used up."""
    delivery = replace(DELIVERY, created=NOW - timedelta(seconds=age), note="waits")

    off = postpone(delivery, now=NOW, uniform=middle)

    assert off == replace(delivery, due=NOW + timedelta(seconds=wait), note="")
