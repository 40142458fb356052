"""What follows from an attempt."""

from datetime import UTC, datetime, timedelta

import pytest

from ringback.delivery.outcomes import CONSEQUENCES, judge
from ringback.models import AttemptReason, AttemptResult, Delivery, DeliveryStatus, Event, Outcome

NOW = datetime(2026, 11, 23, 17, 36, tzinfo=UTC)
LATER = NOW + timedelta(milliseconds=230)

EVENT = Event(
    kind="messages/receive_notify", account="1000001", fonenumber="3215551212", id="0c40", time=NOW, data={"to": "1"}
)


def middle(low: float, high: float) -> float:
    return (low + high) / 2


def after(answer: AttemptResult, *, tries: int = 0, reason: AttemptReason = AttemptReason.EVENT) -> Delivery:
    delivery = Delivery(id="d", event=EVENT, created=NOW, tries=tries, reason=reason)
    return judge(delivery, answer, started=NOW, ended=LATER, uniform=middle).delivery


def test_every_outcome_has_a_consequence() -> None:
    """A new outcome cannot be forgotten in the table."""
    assert set(CONSEQUENCES) == set(Outcome)


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Outcome.DELIVERED, DeliveryStatus.DELIVERED),
        (Outcome.GONE, DeliveryStatus.FAILED),
        (Outcome.STATUS, DeliveryStatus.PENDING),
        (Outcome.DNS, DeliveryStatus.PENDING),
        (Outcome.CONNECT, DeliveryStatus.PENDING),
        (Outcome.TLS, DeliveryStatus.PENDING),
        (Outcome.TIMEOUT, DeliveryStatus.PENDING),
        (Outcome.PROTOCOL, DeliveryStatus.PENDING),
        (Outcome.TOO_LONG, DeliveryStatus.PENDING),
        (Outcome.REFUSED, DeliveryStatus.FAILED),
        (Outcome.SPECIAL_ADDRESS, DeliveryStatus.PENDING),
        (Outcome.UNUSABLE, DeliveryStatus.FAILED),
        (Outcome.MAIL_DELAYED, DeliveryStatus.PENDING),
        (Outcome.MAIL_REJECTED, DeliveryStatus.FAILED),
    ],
)
def test_an_outcome_settles_the_delivery_or_leaves_it_pending(outcome: Outcome, status: DeliveryStatus) -> None:
    """The table of docs/deliveries.md, row by row; what is pending has a time, what is settled has none."""
    delivery = after(AttemptResult(outcome=outcome))

    assert delivery.status is status
    assert (delivery.due is not None) == (status is DeliveryStatus.PENDING)


def test_the_next_attempt_is_counted_from_the_end_of_this_one() -> None:
    """A receiver that took 15 s to fail gets its 5 s all the same."""
    assert after(AttemptResult(outcome=Outcome.STATUS, status=500)).due == LATER + timedelta(seconds=5)


def test_retry_after_makes_the_wait_longer() -> None:
    """A receiver that asks for two minutes gets them."""
    answer = AttemptResult(outcome=Outcome.STATUS, status=429, retry_after=120)

    assert after(answer).due == LATER + timedelta(seconds=120)


def test_the_tenth_failure_is_the_last() -> None:
    """Nine waits, ten attempts, then the delivery has failed."""
    assert after(AttemptResult(outcome=Outcome.TIMEOUT), tries=8).status is DeliveryStatus.PENDING
    assert after(AttemptResult(outcome=Outcome.TIMEOUT), tries=9).status is DeliveryStatus.FAILED


def test_an_attempt_ends_the_wait_that_was_noted() -> None:
    waiting = Delivery(id="d", event=EVENT, created=NOW, note="waits until its endpoint answers again")

    assert (
        judge(waiting, AttemptResult(outcome=Outcome.STATUS), started=NOW, ended=LATER, uniform=middle).delivery.note
        == ""
    )


def test_a_test_is_never_retried() -> None:
    """Somebody is watching it: the answer is all they want."""
    assert after(AttemptResult(outcome=Outcome.STATUS), reason=AttemptReason.TEST).status is DeliveryStatus.FAILED


def test_an_attempt_says_all_about_itself() -> None:
    """The log shows it to the customer."""
    answer = AttemptResult(outcome=Outcome.STATUS, status=500, detail="HTTP 500", excerpt="oops")
    attempt = after(answer, reason=AttemptReason.RETRY).attempts[-1]

    assert (attempt.number, attempt.at, attempt.milliseconds) == (1, NOW, 230)
    assert (attempt.reason, attempt.outcome, attempt.status) == (AttemptReason.RETRY, Outcome.STATUS, 500)
    assert (attempt.detail, attempt.excerpt) == ("HTTP 500", "oops")
