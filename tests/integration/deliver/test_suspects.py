"""An event that ends or holds up the process that reads it, or makes its request, is nothing to its batch."""

import os
import time
from collections.abc import Callable
from typing import Any

import pytest

from deliver import child_process, messages, pipeline, reading, watch
from local.demo.receiver import read_request
from local.invocation import Context
from ringback.delivery import render
from ringback.models import DeliveryStatus, Event, Method, Outcome
from tests.integration.delivering import MESSAGE, Platform, lines, metrics
from tests.integration.lambdas import record
from tests.integration.receivers import Receiver

POISON = "poison"
HOME = os.getpid()
INNOCENT = 9

type Harm = Callable[[], None]


def ends() -> None:
    """As a fault in C does, or the end of the memory."""
    if os.getpid() == HOME:
        pytest.fail("it was not tried out before")
    os._exit(1)


def hangs() -> None:
    """As a call into C does that takes for ever."""
    if os.getpid() == HOME:
        pytest.fail("it was not tried out before")
    time.sleep(60)


def spins() -> None:
    """As Python does that never comes to an end."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        pass
    pytest.fail("nothing ended it")


@pytest.fixture(params=["read", "rendered"])
def harmful(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[Harm], None]:
    """Have the message of `POISON` do harm where it is read, or where its request is made."""

    def when_read(harm: Harm) -> None:
        read = messages.read_data  # type: ignore[attr-defined] # of another module, as it is used there

        def poisoned(kind: Any, data: Any) -> Any:
            if data["msg"] == POISON:
                harm()
            return read(kind, data)

        monkeypatch.setattr(messages, "read_data", poisoned)

    def when_rendered(harm: Harm) -> None:
        body = render._body  # noqa: SLF001 - the middle of it

        def poisoned(kind: Any, event: Event) -> bytes:
            if event.data["message"] == POISON:
                harm()
            return body(kind, event)

        monkeypatch.setattr(render, "_body", poisoned)

    return when_read if request.param == "read" else when_rendered


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a test need not take as long as an event may."""
    monkeypatch.setattr(child_process, "STEP_SECONDS", 0.5)
    monkeypatch.setattr(watch, "TICK_SECONDS", 0.2)


def batch(*, receives: int = 1, poison_receives: int = 0) -> list[dict[str, Any]]:
    """Innocents, and a poison in their midst."""
    messages = [
        record(MESSAGE | {"id": f"{number}"}, message=f"{number}", receives=receives) for number in range(INNOCENT)
    ]
    data = MESSAGE["data"] | {"msg": POISON}
    poison = record(MESSAGE | {"id": POISON, "data": data}, message=POISON, receives=poison_receives or receives)
    return [*messages[:4], poison, *messages[4:]]


@pytest.mark.parametrize("harm", [ends, hangs])
def test_a_batch_that_came_back_is_delivered_but_for_what_ends_or_hangs_a_process(
    platform: Platform, harmful: Callable[[Harm], None], harm: Harm, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever it was in it that ended the first invocation, the second one knows."""
    platform.set()
    harmful(harm)

    assert platform.invoke(*batch(receives=2)) == [POISON]

    assert [delivery.status for delivery in platform.deliveries()] == [DeliveryStatus.DELIVERED] * INNOCENT
    assert platform.stack.messages("DEAD_LETTERS_URL") == []
    output = capsys.readouterr().out
    [line] = lines(output, "message.returned")
    assert line["message_ids"] == [POISON]
    assert (metrics(output)["Attempts"], metrics(output)["Returned"]) == (INNOCENT, 1)


def test_what_came_back_cannot_hold_up_those_that_are_new(platform: Platform, harmful: Callable[[Harm], None]) -> None:
    """They are delivered before anything of it is read."""
    platform.set()

    def late() -> None:
        if len(platform.receiver.received) < INNOCENT:
            time.sleep(60)

    harmful(late)

    assert platform.invoke(*batch(poison_receives=3)) == []

    assert len(platform.deliveries()) == INNOCENT + 1


def test_an_event_that_takes_for_ever_goes_back_alone_the_first_time_already(
    platform: Platform, harmful: Callable[[Harm], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """As long as it is Python that takes so long."""
    platform.set()
    harmful(spins)

    assert platform.invoke(*batch()) == [POISON]

    assert [delivery.status for delivery in platform.deliveries()] == [DeliveryStatus.DELIVERED] * INNOCENT
    [line] = lines(capsys.readouterr().out, "message.returned")
    assert "of the processor" in line["fault"]


def test_a_host_of_thousands_of_characters_is_its_own_event_s_matter(platform: Platform) -> None:
    """It cost 14 s of the processor once, for a hint in a message."""
    platform.set()
    url = f"https://{''.join(map(chr, range(0x4E00, 0x4E00 + 4_080)))}/"
    hostile = MESSAGE | {"event": "messages/confirm", "id": POISON, "data": {}, "callback": {"url": url}}

    back = platform.invoke(record(hostile), *(record(MESSAGE | {"id": f"{number}"}) for number in range(INNOCENT)))

    assert back == []
    outcomes = {delivery.event.id: delivery.attempts[0].outcome for delivery in platform.deliveries()}
    assert outcomes.pop(POISON) is Outcome.UNUSABLE
    assert list(outcomes.values()) == [Outcome.DELIVERED] * INNOCENT


def test_what_is_new_and_what_came_back_of_one_event_is_one_attempt(platform: Platform) -> None:
    """Though the one is under way when the other is looked up."""
    platform.set()

    assert platform.invoke(record(MESSAGE, receives=2), record(MESSAGE)) == []

    assert len(platform.receiver.received) == 1
    assert len(platform.delivery().attempts) == 1


def test_what_came_back_starts_while_others_of_its_batch_hang(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits for them for a while, and not for as long as they take."""
    monkeypatch.setattr(pipeline, "HEAD_START_SECONDS", 0.05)

    def waits_for_the_other(receiver: Receiver, sock: Any) -> None:
        assert read_request(sock)
        end = time.monotonic() + 10
        while len(platform.receiver.received) < 1 and time.monotonic() < end:
            time.sleep(0.01)
        sock.sendall(receiver.answer())

    with Receiver(behaviour=waits_for_the_other) as slow:
        platform.set(target="/suspect")
        platform.set(event="calls/receive_notify", url=slow.text_url, method=Method.POST)
        call = MESSAGE | {"event": "calls/receive_notify", "data": {"status": "BEGIN"}}

        assert platform.invoke(record(call), record(MESSAGE, receives=2)) == []

    assert {delivery.attempts[0].outcome for delivery in platform.deliveries()} == {Outcome.DELIVERED}


def test_what_a_step_that_nothing_can_end_leaves_no_time_for_is_put_off(
    platform: Platform, harmful: Callable[[Harm], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All are answered for, and none of their receives is used up."""
    platform.set()
    end = time.monotonic() + pipeline.ATTEMPT_NEEDS_SECONDS + 0.5
    monkeypatch.setattr(Context, "get_remaining_time_in_millis", lambda _: int((end - time.monotonic()) * 1000))
    harmful(lambda: time.sleep(max(0, end - pipeline.ATTEMPT_NEEDS_SECONDS + 0.1 - time.monotonic())))

    assert platform.invoke(*sorted(batch(), key=lambda one: one["messageId"] != POISON)) == []

    deliveries = {delivery.event.id: delivery for delivery in platform.deliveries()}
    assert len(deliveries) == INNOCENT + 1
    assert {deliveries[f"{number}"].status for number in range(INNOCENT)} == {DeliveryStatus.PENDING}
    assert [
        delivery for delivery in deliveries.values() if delivery.status is DeliveryStatus.PENDING and not delivery.due
    ] == []


def test_when_time_runs_out_while_a_batch_is_read_the_rest_goes_back_as_it_is(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read is put off, so that it uses up none of its receives."""
    platform.set()
    left = iter([30.0] * 3)
    monkeypatch.setattr(Context, "get_remaining_time_in_millis", lambda _: int(next(left, 4.0) * 1000))

    back = platform.invoke(*[record(MESSAGE | {"id": f"{number}"}, message=f"{number}") for number in range(5)])

    assert back == ["0", "1", "2", "3", "4"]
    assert platform.receiver.received == []


def test_without_a_process_to_be_had_what_came_back_goes_back(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what is new is delivered."""
    platform.set()

    def refused() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refused)

    assert platform.invoke(record(MESSAGE), record(MESSAGE | {"id": "b"}, message="b", receives=2)) == ["b"]

    assert platform.delivery().status is DeliveryStatus.DELIVERED


def test_only_what_was_handed_out_before_came_back() -> None:
    assert not reading.came_back(record(MESSAGE))
    assert reading.came_back(record(MESSAGE, receives=2))
    assert not reading.came_back({"messageId": "a", "body": ""})
