"""Endpoints that fail, on moto: when the breaker opens, and what waits from then on."""

import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from api.schemas.callbacks import describe_health
from local.demo.receiver import read_request
from ringback.models import DeliveryStatus, Method
from ringback.storage.backlog import Backlog
from tests.integration.deliver.failing_endpoint import KEY, MINUTE, by_id, callback, events, state
from tests.integration.delivering import MESSAGE, Platform
from tests.integration.lambdas import record
from tests.integration.receivers import Receiver

# ── Opening ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_healthy_callback_costs_no_write(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many deliveries arrive: its item is never touched."""
    platform.set()
    monkeypatch.setattr(platform.stack.dynamodb, "update_item", pytest.fail)

    assert platform.invoke(*events(5)) == []
    assert state(platform) == "healthy"


def test_ten_failures_in_a_row_open_the_callback(opened: Platform) -> None:
    """What comes then waits: no attempt, no try used up, its data kept, off the queue."""
    queued = opened.waiting()

    assert opened.invoke(*events(3, start=10)) == []

    assert describe_health(callback(opened)).keys() == {"state", "failures", "since", "until", "gives_up"}
    assert state(opened) == "open"
    assert len(opened.receiver.received) == 10
    waiting = by_id(opened)["10"]
    assert (waiting.status, waiting.tries, waiting.attempts) == (DeliveryStatus.PENDING, 0, ())
    assert waiting.note.startswith("waits until its endpoint answers again, down since 20")
    assert waiting.event.data["message"] == "hello world"
    assert opened.waiting() == queued
    assert list(opened.stack.backlogs().all()) == [Backlog(callback=KEY)]
    assert len(opened.stack.backlogs().waiting(Backlog(callback=KEY), 9)) == 3


def test_what_waits_is_written_together(opened: Platform, calls: list[tuple[str, Any]]) -> None:
    """A thousand that come at once for a dead endpoint are forty writes, and hold nobody up."""
    assert opened.invoke(*events(100, start=10)) == []

    writes = [operation for operation, _ in calls if operation not in ("batch_get_item", "get_item", "query")]
    assert writes == ["batch_execute_statement"] * 4
    assert all(by_id(opened)[str(number)].note.startswith("waits") for number in range(10, 110))


def test_a_retry_that_comes_due_while_it_is_open_waits_too(opened: Platform) -> None:
    retry = by_id(opened)["0"]

    assert opened.invoke(record(opened.retry(retry))) == []

    waiting = by_id(opened)["0"]
    assert (waiting.tries, len(waiting.attempts), waiting.status) == (1, 1, DeliveryStatus.PENDING)
    assert len(opened.receiver.received) == 10


def test_what_waits_for_a_callback_that_is_removed_is_cancelled(opened: Platform) -> None:
    """Although it has had no attempt yet."""
    opened.invoke(*events(1, start=10))
    opened.stack.callbacks().remove(KEY)

    assert opened.invoke(record(opened.retry(by_id(opened)["10"]))) == []

    cancelled = by_id(opened)["10"]
    assert (cancelled.status, cancelled.note) == (DeliveryStatus.CANCELLED, "the callback is no longer set")


def test_what_waits_is_off_the_queue_however_soon_its_waiting_ends(opened: Platform) -> None:
    """Else it would go round between queue and line until then."""
    opened.passes(timedelta(days=29) - 5 * MINUTE)
    before = callback(opened)
    opened.stack.health().claim(before, before.breaker.probed(opened.clock(), max))
    queued = opened.waiting()

    assert opened.invoke(record(opened.retry(by_id(opened)["0"]))) == []

    assert by_id(opened)["0"].note.startswith("waits")
    assert opened.waiting() == queued


def test_a_success_between_failures_starts_the_count_again(platform: Platform) -> None:
    """Nine failures, a success, nine failures: not one row of ten."""
    platform.set()
    for status in (500, 200, 500):
        platform.receiver.status = status
        platform.invoke(*events(1 if status == 200 else 9, start=status + len(platform.receiver.received)))
        platform.restart()

    assert state(platform) == "failing"
    assert callback(platform).breaker.failures == 9


def test_an_endpoint_that_fails_now_and_then_is_never_opened(platform: Platform) -> None:
    """Its successes write nothing, and yet they count."""
    platform.set()
    for number in range(24):
        platform.receiver.status = 200 if number % 2 == 0 else 500
        platform.invoke(*events(1, start=number))

    assert len(platform.receiver.received) == 24
    assert state(platform) == "healthy"


@pytest.mark.parametrize("url", ["http://169.254.169.254/", "https://example.com/((nonsense))"])
def test_what_was_never_sent_says_nothing_about_the_endpoint(platform: Platform, url: str) -> None:
    platform.set(url=url)

    platform.invoke(*events(10))

    assert state(platform) == "healthy"


def test_setting_the_callback_again_forgets_all_failures(opened: Platform) -> None:
    opened.set()

    assert state(opened) == "healthy"


def test_an_outcome_of_the_url_before_says_nothing_about_the_one_now(platform: Platform) -> None:
    """The batch had read the callback before it was changed."""
    platform.set()

    def fails_after_a_change(receiver: Receiver, sock: socket.socket) -> None:
        read_request(sock)
        platform.set(target="/other")
        sock.sendall(receiver.answer())

    platform.receiver.behaviour = fails_after_a_change
    platform.receiver.status = 500

    platform.invoke(*events(12))

    assert state(platform) == "healthy"


def test_failures_that_one_environment_counted_are_known_to_the_next(platform: Platform) -> None:
    """Five here and five there are ten in a row, and a success anywhere starts again: no memory stands between."""
    platform.set()
    platform.receiver.status = 500
    for number in range(9):
        platform.invoke(record(platform.retry(by_id(platform)["0"])) if number else events(1)[0])
        platform.restart()
    assert callback(platform).breaker.failures == 9

    platform.receiver.status = 200
    platform.invoke(record(platform.retry(by_id(platform)["0"])))
    assert callback(platform).breaker.failures == 0


def test_a_success_in_the_middle_of_a_batch_counts_in_its_place(platform: Platform) -> None:
    """Ten failures and then a success, all recorded together."""
    platform.set(target="/((msg))", method=Method.GET)

    def last_one_works(receiver: Receiver, sock: socket.socket) -> None:
        request = read_request(sock)
        assert request
        works = "/10 " in request.line
        receiver.stopped.wait(0.03 if works else 0)
        receiver.status = 200 if works else 500
        sock.sendall(receiver.answer())

    platform.receiver.behaviour = last_one_works
    messages = [MESSAGE | {"id": str(number), "data": {"msg": str(number)}} for number in range(11)]

    platform.invoke(*map(record, messages))

    statuses = [delivery.status for delivery in platform.deliveries()]
    assert (statuses.count(DeliveryStatus.PENDING), statuses.count(DeliveryStatus.DELIVERED)) == (10, 1)
    assert state(platform) == "healthy"


def test_a_callback_inside_its_event_has_no_breaker(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody set it, and the next event may bring another one."""
    monkeypatch.setattr(platform.stack.dynamodb, "update_item", pytest.fail)
    inline = {"url": platform.receiver.text_url}
    platform.receiver.status = 500
    message = MESSAGE | {"event": "messages/confirm", "callback": inline}

    platform.invoke(*(record(message | {"id": str(number)}) for number in range(11)))
    platform.invoke(record(message | {"id": "11"}))

    assert len(platform.receiver.received) == 12


# ── Our own faults ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_table_that_does_not_take_the_breaker_holds_nothing_up(
    platform: Platform, break_call: Callable[[str, str], None]
) -> None:
    """The next outcomes say the same."""
    platform.set()
    platform.receiver.status = 500
    break_call("dynamodb", "update_item")

    assert platform.invoke(*events(10)) == []
    assert len(platform.deliveries()) == 10


def test_who_cannot_claim_a_probe_waits(opened: Platform, break_call: Callable[[str, str], None]) -> None:
    opened.passes(2 * MINUTE)
    break_call("dynamodb", "update_item")

    assert opened.invoke(*events(1, start=10)) == []
    assert by_id(opened)["10"].note.startswith("waits")
