"""Probes of an endpoint that failed, on moto, and the way back."""

from datetime import timedelta
from typing import Any

import pytest

from requeue.release import BacklogRelease
from ringback.models import DeliveryStatus
from ringback.storage.backlog import Backlog
from tests.integration.deliver.failing_endpoint import KEY, MINUTE, by_id, callback, events, state
from tests.integration.delivering import Platform
from tests.integration.lambdas import record


def test_one_probe_goes_out_when_its_time_has_come(opened: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of three events one is attempted; after it fails, the next probe is due in about two minutes."""
    opened.passes(2 * MINUTE)
    writes: list[object] = []
    update: Any = opened.stack.dynamodb.update_item

    def noted(**request: Any) -> Any:
        writes.append(request)
        return update(**request)

    monkeypatch.setattr(opened.stack.dynamodb, "update_item", noted)

    assert opened.invoke(*events(3, start=10)) == []

    assert len(opened.receiver.received) == 11
    assert len(writes) == 2  # the claim, and the failure
    breaker = callback(opened).breaker
    assert (breaker.failures, breaker.probes) == (11, 1)
    assert breaker.open_until
    assert timedelta(seconds=107) <= breaker.open_until - opened.clock() <= timedelta(seconds=132)
    assert len(opened.stack.backlogs().waiting(Backlog(callback=KEY), 9)) == 2


def test_two_environments_make_one_probe(opened: Platform) -> None:
    """The second one has read the callback before the first one claimed the probe."""
    opened.passes(2 * MINUTE)
    stale = opened.stack.callbacks().load([KEY])
    opened.invoke(*events(1, start=10))

    before = stale.callback(KEY)
    assert before
    assert not opened.stack.health().claim(before, before.breaker.probed(opened.clock(), max))
    assert len(opened.receiver.received) == 11


def test_a_probe_that_succeeds_closes_the_callback(opened: Platform, told: list[dict[str, Any]]) -> None:
    """From then on all is as if nothing had been."""
    opened.passes(2 * MINUTE)
    opened.receiver.status = 200

    opened.invoke(*events(1, start=10))
    opened.invoke(*events(2, start=11))

    assert state(opened) == "healthy"
    assert [delivery.status for delivery in by_id(opened).values()].count(DeliveryStatus.DELIVERED) == 3
    assert [entry["DetailType"] for entry in told] == ["callback.closed"]
    [item] = opened.stack.items("CALLBACKS_TABLE")
    assert item.keys().isdisjoint({"failures", "failing_since", "open_until", "probes"})


def test_what_waited_arrives_when_the_endpoint_is_up_again(opened: Platform) -> None:
    """All the way: open, wait, probe, close, let out, deliver."""
    opened.invoke(*events(2, start=10))
    opened.passes(2 * MINUTE)
    opened.receiver.status = 200
    opened.invoke(*events(1, start=12))

    resumption = BacklogRelease(
        backlogs=opened.stack.backlogs(),
        breakers=opened.stack.health().breakers,
        clock=opened.clock,
        uniform=min,
        time_left=lambda: 60,
    )
    assert resumption.run() == 2
    assert opened.invoke(*(record(opened.retry(by_id(opened)[number])) for number in ("10", "11"))) == []

    for number in ("10", "11"):
        delivered = by_id(opened)[number]
        assert (delivered.status, delivered.tries, delivered.note) == (DeliveryStatus.DELIVERED, 1, "")
