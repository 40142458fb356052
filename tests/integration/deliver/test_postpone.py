"""Attempts that are put off, on moto: to endpoints that fail or are slow, and to servers that are busy."""

import json
import socket
from dataclasses import replace
from typing import Any

import pytest

from local.demo.receiver import read_request
from ringback.models import DeliveryStatus
from tests.integration.deliver.failing_endpoint import by_id, callback, events
from tests.integration.delivering import MESSAGE, OWNER, Platform, metrics
from tests.integration.lambdas import record
from tests.integration.receivers import Receiver

# ── First attempts of what fails ──────────────────────────────────────────────────────────────────────────────────────


def test_first_attempts_to_a_failing_endpoint_go_by_the_retries_lane(
    platform: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three failures in a row: it may hang next, and shall not hold up others' first attempts."""
    platform.set()
    platform.receiver.status = 500
    platform.invoke(*events(3))
    queued = platform.waiting()

    assert platform.invoke(*events(1, start=3)) == []

    deferred = by_id(platform)["3"]
    assert len(platform.receiver.received) == 3
    assert (deferred.status, deferred.attempts) == (DeliveryStatus.PENDING, ())
    assert platform.waiting() == queued + 1
    assert metrics(capsys.readouterr().out)["Deferred"] == 1
    platform.receiver.status = 200
    assert platform.invoke(record(platform.retry(deferred))) == []
    assert by_id(platform)["3"].status is DeliveryStatus.DELIVERED


def test_first_attempts_to_a_slow_endpoint_go_by_the_retries_lane(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answers well, but holds the whole invocation; events for others go on in the first lane."""
    platform.set()
    with monkeypatch.context() as patch:
        patch.setattr("deliver.endpoint_memory.SLOW_MILLISECONDS", 0)
        platform.invoke(*events(1))

    assert platform.invoke(*events(1, start=1)) == []

    deferred = by_id(platform)["1"]
    assert len(platform.receiver.received) == 1
    assert (deferred.status, deferred.attempts) == (DeliveryStatus.PENDING, ())
    assert platform.invoke(record(platform.retry(deferred))) == []
    assert by_id(platform)["1"].status is DeliveryStatus.DELIVERED
    assert platform.invoke(*events(1, start=2)) == []
    assert by_id(platform)["2"].status is DeliveryStatus.DELIVERED


def test_unknown_fields_are_counted_whichever_lane_the_first_attempt_takes(
    platform: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table does not keep them."""
    platform.set()
    platform.receiver.status = 500
    platform.invoke(*events(3))
    capsys.readouterr()

    platform.invoke(record(MESSAGE | {"id": "3", "data": MESSAGE["data"] | {"colour": "red"}}))
    platform.invoke(record(platform.retry(by_id(platform)["3"])))

    assert metrics(capsys.readouterr().out)["UnknownFields"] == 1


def test_waiting_for_our_own_turn_is_no_slowness_of_the_endpoint(
    platform: Platform, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten connections for thirty deliveries: the last ones wait, and the receiver's time is its own all the same."""
    monkeypatch.setattr("deliver.endpoint_memory.SLOW_MILLISECONDS", 600)

    def takes_its_time(receiver: Receiver, sock: socket.socket) -> None:
        while read_request(sock) is not None:
            receiver.stopped.wait(0.3)
            sock.sendall(receiver.answer())

    with Receiver(behaviour=takes_its_time) as server:
        platform.set(url=server.text_url)
        platform.invoke(*events(30))
        taken = [
            value
            for line in map(json.loads, capsys.readouterr().out.splitlines())
            for value in line.get("ReceiverLatency", [])
        ]
        platform.invoke(*events(1, start=30))

    assert len(taken) == 30
    assert max(taken) < 600
    assert by_id(platform)["30"].status is DeliveryStatus.DELIVERED


# ── Too many for one server ───────────────────────────────────────────────────────────────────────────────────────────


def test_what_gets_no_turn_at_a_slow_server_is_put_off(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two at a time here: the others use up no attempt, and no receive counts towards the dead letters."""
    monkeypatch.setenv("CONNECTIONS_PER_HOST", "2")
    monkeypatch.setattr("deliver.pipeline.TURN_WAIT_SECONDS", 0.1)
    platform.set()
    at_once = 0

    def slow(receiver: Receiver, sock: socket.socket) -> None:
        nonlocal at_once
        at_once = max(at_once, receiver.connections)
        receiver.stopped.wait(0.6)
        sock.sendall(receiver.answer())

    with Receiver(behaviour=slow) as server:
        platform.set(url=server.text_url)
        assert platform.invoke(*events(6)) == []

    assert at_once == 2
    statuses = sorted(delivery.status for delivery in platform.deliveries())
    assert statuses == [DeliveryStatus.DELIVERED] * 2 + [DeliveryStatus.PENDING] * 4
    postpone = [delivery for delivery in platform.deliveries() if not delivery.settled]
    assert all(delivery.due and delivery.tries == 0 and not delivery.attempts for delivery in postpone)
    assert platform.waiting() == 4
    assert metrics(capsys.readouterr().out)["NoRoom"] == 4


def test_everything_on_the_retries_queue_belongs_to_its_account_s_group(
    opened: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fair queue goes by it."""
    sent: list[dict[str, Any]] = []
    send: Any = opened.stack.sqs.send_message_batch

    def noted(**batch: Any) -> Any:
        sent.extend(batch["Entries"])
        return send(**batch)

    monkeypatch.setattr(opened.stack.sqs, "send_message_batch", noted)
    opened.stack.callbacks().put(replace(callback(opened), owner="1000002#3215551212"))
    opened.set()
    opened.restart()

    opened.invoke(*events(1, start=10), record(MESSAGE | {"account": "1000002"}, group="other"))
    opened.invoke(*events(1, start=11), seconds=19)

    groups = [(json.loads(entry["MessageBody"])["owner"], entry["MessageGroupId"]) for entry in sent]
    assert sorted(groups) == [(OWNER, "1000001"), (OWNER, "1000001"), ("1000002#3215551212", "1000002")]
