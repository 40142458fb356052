"""What platform and contact are told of callbacks that fail, on moto."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from api.schemas.callbacks import describe_health
from local.invocation import Context
from ringback.breaker import DISABLED_AFTER
from ringback.models import Delivery, DeliveryStatus
from ringback.storage.accounts import CONTACT
from tests.integration.deliver.failing_endpoint import by_id, callback, events, state
from tests.integration.delivering import KIND, PLANTED, Platform, down, lines, metrics
from tests.integration.lambdas import record
from tests.integration.telling import contact


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


def test_a_contact_that_cannot_be_read_is_counted_as_unsent(
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
    assert metrics(capsys.readouterr().out)["UnsentNotifications"] == 1


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
    assert lines(output, "notifications.unsent")
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
