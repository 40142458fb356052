"""Endpoints that fail, on moto: the breaker from the first failure to the last, and who is told."""

import json
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from api.schemas.callbacks import describe_health
from local.demo.receiver import read_request
from local.invocation import Context
from requeue.release import BacklogRelease
from ringback.breaker import DISABLED_AFTER
from ringback.models import Callback, Delivery, DeliveryStatus, Method
from ringback.storage.accounts import CONTACT
from ringback.storage.backlog import Backlog
from tests.integration.delivering import KIND, MESSAGE, OWNER, PLANTED, Platform, down, lines, metrics
from tests.integration.lambdas import record
from tests.integration.receivers import Receiver
from tests.integration.telling import contact

MINUTE = timedelta(minutes=1)
KEY = (OWNER, KIND)


def events(count: int, start: int = 0) -> list[dict[str, Any]]:
    """Messages of *count* different events."""
    return [record(MESSAGE | {"id": str(number)}) for number in range(start, start + count)]


def callback(platform: Platform) -> Callback:
    found = platform.stack.callbacks().load([KEY]).callback(KEY)
    assert found
    return found


def state(platform: Platform) -> str | int:
    return describe_health(callback(platform))["state"]


def by_id(platform: Platform) -> dict[str, Delivery]:
    return {delivery.event.id: delivery for delivery in platform.deliveries()}


@pytest.fixture
def opened(platform: Platform) -> Platform:
    """A platform whose customer's endpoint has just failed ten times in a row."""
    platform.set()
    platform.receiver.status = 500
    assert platform.invoke(*events(10)) == []
    return platform


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
    assert list(opened.stack.lines().all()) == [Backlog(callback=KEY)]
    assert len(opened.stack.lines().waiting(Backlog(callback=KEY), 9)) == 3


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
    assert (cancelled.status, cancelled.note) == (DeliveryStatus.CANCELLED, "the callback is not set any more")


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


# ── The probe ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_probe_goes_out_when_its_time_has_come(opened: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of three events one is attempted; after it fails, the next probe is due in about two minutes."""
    opened.passes(2 * MINUTE)
    writes: list[object] = []
    update: Callable[..., Any] = opened.stack.dynamodb.update_item

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
    assert len(opened.stack.lines().waiting(Backlog(callback=KEY), 9)) == 2


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
        lines=opened.stack.lines(),
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


@pytest.fixture
def overdue(opened: Platform) -> Delivery:
    """A delivery that waits until the day before its record expires."""
    opened.invoke(*events(1, start=10))
    opened.passes(timedelta(days=29))
    opened.stack.health().claim(callback(opened), callback(opened).breaker.probed(opened.clock(), max))
    return by_id(opened)["10"]


def test_a_delivery_that_waited_until_its_record_expires_has_failed(
    opened: Platform, overdue: Delivery, told: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing waits for ever; the log and the bus say why."""
    capsys.readouterr()

    assert opened.invoke(record(opened.retry(overdue))) == []

    failed = by_id(opened)["10"]
    assert (failed.status, failed.attempts) == (DeliveryStatus.FAILED, ())
    assert failed.note == "its endpoint did not answer again while this delivery was kept"
    assert metrics(capsys.readouterr().out) == {"Failed": 1, "Expired": 1}
    [entry] = told
    assert (entry["DetailType"], entry["Detail"]["reason"]) == ("delivery.failed", failed.note)


def test_a_failure_is_told_once_it_is_recorded(
    opened: Platform, overdue: Delivery, told: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(opened.stack.dynamodb, "put_item", down("PutItem"))
        opened.invoke(record(opened.retry(overdue)))

    assert told == []
    opened.invoke(record(opened.retry(overdue), receives=2))
    assert [entry["DetailType"] for entry in told] == ["delivery.failed"]


def test_a_contact_that_cannot_be_read_is_counted_as_untold(
    platform: Platform,
    letters: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    platform.set()
    contact(platform.stack, "contact@example.com")
    platform.receiver.status = 410
    read: Callable[..., Any] = platform.stack.dynamodb.batch_get_item

    def busy(**request: Any) -> Any:
        keys = [key for table in request["RequestItems"].values() for key in table["Keys"]]
        if any(key.get("event") == {"S": CONTACT} for key in keys):
            return {"Responses": {}, "UnprocessedKeys": request["RequestItems"]}
        return read(**request)

    monkeypatch.setattr(platform.stack.dynamodb, "batch_get_item", busy)
    platform.invoke(*events(1))

    assert letters == []
    assert metrics(capsys.readouterr().out)["Untold"] == 1


# ── Off, and on again ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_five_days_without_success_turn_the_callback_off(
    opened: Platform, told: list[dict[str, Any]], letters: list[dict[str, Any]]
) -> None:
    """What waits and what still comes is cancelled, with the reason; the platform and the contact are told."""
    contact(opened.stack, "owner@example.com")
    opened.invoke(*events(1, start=10))
    opened.passes(DISABLED_AFTER)

    opened.invoke(*events(1, start=11))
    opened.invoke(*events(1, start=12), record(opened.retry(by_id(opened)["10"])))

    reason = callback(opened).disabled
    assert reason.startswith("no attempt succeeded for 5 days, since 20")
    shown = describe_health(callback(opened))
    assert shown.pop("since")
    assert shown == {"state": "disabled", "because": reason}
    for number in ("10", "12"):
        cancelled = by_id(opened)[number]
        assert (cancelled.status, cancelled.note) == (DeliveryStatus.CANCELLED, f"the callback is turned off: {reason}")
    [entry] = told
    assert entry["DetailType"] == "callback.disabled"
    [letter] = letters
    assert letter["Destination"] == {"ToAddresses": ["owner@example.com"]}
    assert reason in letter["Content"]["Simple"]["Body"]["Text"]["Data"]


def test_a_receiver_that_is_gone_is_told_to_the_contact_once(
    platform: Platform, letters: list[dict[str, Any]], told: list[dict[str, Any]]
) -> None:
    """Ten answers of 410 in one batch turn it off once."""
    contact(platform.stack, "owner@example.com")
    platform.set(target=f"/{PLANTED}?key={PLANTED}", url_username="me", url_password=PLANTED)
    platform.receiver.status = 410

    platform.invoke(*events(10))

    assert len(letters) == 1
    kinds = [entry["DetailType"] for entry in told]
    assert (kinds.count("callback.disabled"), kinds.count("delivery.failed")) == (1, 10)
    assert PLANTED not in repr(told) + repr(letters)


def test_nobody_is_written_to_where_there_is_no_contact(platform: Platform, letters: list[dict[str, Any]]) -> None:
    platform.set()
    platform.receiver.status = 410

    platform.invoke(*events(1))

    assert state(platform) == "disabled"
    assert letters == []


# ── Who is told ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_platform_is_told_once_that_a_callback_opened(platform: Platform, told: list[dict[str, Any]]) -> None:
    """With all that it needs, and nothing of the URL but its host."""
    platform.set(target=f"/{PLANTED}?key={PLANTED}")
    platform.receiver.status = 500

    platform.invoke(*events(12))

    [entry] = told
    assert (entry["Source"], entry["DetailType"]) == ("ringback", "callback.opened")
    assert entry["Detail"].pop("at")
    assert entry["Detail"].pop("reason").endswith("failures in a row; the last one: HTTP 500")
    assert entry["Detail"] == {
        "account": "1000001",
        "fonenumber": "3215551212",
        "event": KIND,
        "host": "127.0.0.1",
    }


def test_a_delivery_that_failed_for_good_is_told(platform: Platform, told: list[dict[str, Any]]) -> None:
    platform.set(url="http://169.254.169.254/")

    platform.invoke(*events(12))

    assert {entry["DetailType"] for entry in told} == {"delivery.failed"}
    assert sorted(entry["Detail"]["event_id"] for entry in told) == sorted(map(str, range(12)))
    assert [entry["Together"] for entry in told] == [10] * 10 + [2] * 2
    detail = told[0]["Detail"]
    assert (detail["attempts"], detail["outcome"]) == (1, "refused")
    assert detail["delivery"] in {delivery.id for delivery in platform.deliveries()}
    assert "169.254.169.254 is link-local" in detail["reason"]


@pytest.mark.parametrize(("service", "operation"), [("events", "put_events"), ("sesv2", "send_email")])
def test_who_cannot_be_told_holds_nothing_up(
    platform: Platform,
    break_call: Callable[[str, str], None],
    capsys: pytest.CaptureFixture[str],
    service: str,
    operation: str,
) -> None:
    """The log has it."""
    contact(platform.stack, "owner@example.com")
    platform.set()
    platform.receiver.status = 410
    break_call(service, operation)

    assert platform.invoke(*events(1)) == []

    output = capsys.readouterr().out
    assert len(lines(output, "callback.disabled")) == 1
    assert lines(output, "notices.untold")
    assert state(platform) == "disabled"


def test_an_invocation_about_to_end_tells_nobody(
    platform: Platform, told: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be ended in the middle, and its attempts made again."""
    platform.set()
    platform.receiver.status = 410
    seconds = iter([30.0])
    monkeypatch.setattr(Context, "get_remaining_time_in_millis", lambda _: int(next(seconds, 8.0) * 1000))

    assert platform.invoke(*events(1)) == []
    assert told == []


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
    send: Callable[..., Any] = opened.stack.sqs.send_message_batch

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
