"""Retries by `deliver` on moto: when the next attempt is made, and what ends them."""

from datetime import timedelta

from ringback.models import (
    AttemptReason,
    DeliveryStatus,
    Outcome,
)
from tests.integration.delivering import KIND, MESSAGE, OWNER, Platform
from tests.integration.lambdas import record


def test_a_failed_attempt_is_followed_by_a_retry(platform: Platform) -> None:
    """Five seconds later, through the lane of its own, under the same `webhook-id`."""
    platform.set()
    platform.receiver.status = 503
    assert platform.invoke(record(MESSAGE)) == []

    delivery = platform.delivery()
    assert delivery.status is DeliveryStatus.PENDING
    assert delivery.due is not None
    assert timedelta(seconds=4) <= delivery.due - delivery.attempts[0].at <= timedelta(seconds=7)
    assert platform.waiting() == 1

    platform.receiver.status = 200
    assert platform.invoke(record(platform.retry())) == []

    first, second = platform.receiver.received
    for name in ("webhook-id", "webhook-event", "webhook-event-time"):
        assert first.headers[name] == second.headers[name]
    assert [request.headers["webhook-attempt"] for request in (first, second)] == ["1", "2"]
    assert [attempt.outcome for attempt in platform.delivery().attempts] == [Outcome.STATUS, Outcome.DELIVERED]
    assert [attempt.reason for attempt in platform.delivery().attempts] == [AttemptReason.EVENT, AttemptReason.RETRY]


def test_a_long_wait_is_on_the_due_index(platform: Platform) -> None:
    """Longer than a queue can wait: `requeue` brings it back."""
    platform.set()
    platform.receiver.status = 429
    platform.receiver.headers["Retry-After"] = "3600"

    platform.invoke(record(MESSAGE))

    [item] = platform.stack.items("DELIVERIES_TABLE")
    assert "due_shard" in item
    assert platform.waiting() == 0


def test_after_ten_attempts_a_delivery_has_failed(platform: Platform) -> None:
    """The tenth leaves nothing to wait for."""
    platform.set()
    platform.receiver.status = 500
    platform.invoke(record(MESSAGE))
    for _ in range(9):
        platform.invoke(record(platform.retry()))

    delivery = platform.delivery()
    assert (delivery.status, len(delivery.attempts), delivery.due) == (DeliveryStatus.FAILED, 10, None)
    assert not any("due" in item for item in platform.stack.items("DELIVERIES_TABLE") if "status" in item)


def test_a_retry_that_is_not_due_is_dropped(platform: Platform) -> None:
    """SQS handed it out twice: the attempt that it is for has been made."""
    platform.set()
    platform.receiver.status = 500
    platform.invoke(record(MESSAGE))
    retry = platform.retry()
    platform.invoke(record(retry))

    assert platform.invoke(record(retry)) == []
    assert len(platform.receiver.received) == 2


def test_a_retry_goes_by_the_callback_as_it_is_then(platform: Platform) -> None:
    """A customer who corrects the URL and the password after a failure gets the retry there."""
    platform.set(url_username="me", url_password="wrong")
    platform.receiver.status = 401
    platform.invoke(record(MESSAGE))

    platform.set(target="/corrected", url_username="me", url_password="right")
    platform.receiver.status = 200
    platform.invoke(record(platform.retry()))

    request = platform.receiver.received[-1]
    assert request.line.startswith("POST /corrected ")
    assert request.headers["authorization"] == "Basic bWU6cmlnaHQ="
    assert platform.delivery().status is DeliveryStatus.DELIVERED


def test_a_crash_between_record_and_schedule_loses_nothing(platform: Platform) -> None:
    """The message comes back; its attempt is not repeated, its retry is scheduled."""
    platform.set()
    platform.receiver.status = 500
    platform.invoke(record(MESSAGE))
    platform.stack.sqs.purge_queue(QueueUrl=platform.stack.environment["RETRIES_QUEUE_URL"])

    assert platform.invoke(record(MESSAGE, receives=2)) == []

    assert len(platform.receiver.received) == 1
    assert platform.waiting() == 1


def test_a_retry_whose_callback_is_gone_is_cancelled(platform: Platform) -> None:
    """`None` cancels what is still under way."""
    platform.set()
    platform.receiver.status = 500
    platform.invoke(record(MESSAGE))
    platform.stack.callbacks().remove((OWNER, KIND))
    platform.restart()

    assert platform.invoke(record(platform.retry())) == []

    assert platform.delivery().status is DeliveryStatus.CANCELLED
    assert len(platform.receiver.received) == 1


def test_gone_ends_the_callback(platform: Platform) -> None:
    """410: nothing more is sent there, and what still comes is in the log as cancelled."""
    platform.set()
    platform.receiver.status = 410

    platform.invoke(record(MESSAGE))
    assert platform.delivery().status is DeliveryStatus.FAILED
    platform.invoke(record(MESSAGE | {"id": "another"}))

    assert len(platform.receiver.received) == 1
    statuses = sorted(delivery.status for delivery in platform.deliveries())
    assert statuses == [DeliveryStatus.CANCELLED, DeliveryStatus.FAILED]
