"""What follows from an attempt, by one table (docs/deliveries.md)."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from ringback.delivery.retry_schedule import delay_after
from ringback.models import NOT_CALLED, Attempt, AttemptReason, AttemptResult, Called, Delivery, DeliveryStatus, Outcome


class Consequence(StrEnum):
    """What an outcome leads to."""

    DONE = "done"
    RETRY = "retry"
    GIVE_UP = "give_up"
    DISABLE = "disable"
    """Give up, and make no further deliveries to this callback."""


CONSEQUENCES: Mapping[Outcome, Consequence] = MappingProxyType(
    {
        Outcome.DELIVERED: Consequence.DONE,
        Outcome.GONE: Consequence.DISABLE,
        Outcome.STATUS: Consequence.RETRY,  # every other status: a redirect is no success either
        Outcome.DNS: Consequence.RETRY,
        Outcome.CONNECT: Consequence.RETRY,
        Outcome.TLS: Consequence.RETRY,
        Outcome.TIMEOUT: Consequence.RETRY,
        Outcome.PROTOCOL: Consequence.RETRY,
        Outcome.TOO_LONG: Consequence.RETRY,
        Outcome.REFUSED: Consequence.GIVE_UP,
        Outcome.SPECIAL_ADDRESS: Consequence.RETRY,  # a wrong DNS record is mended like a missing one
        Outcome.UNUSABLE: Consequence.GIVE_UP,
        Outcome.MAIL_DELAYED: Consequence.RETRY,
        Outcome.MAIL_REJECTED: Consequence.GIVE_UP,
    }
)


def judge(  # noqa: PLR0913 - what an attempt is judged by
    delivery: Delivery,
    answer: AttemptResult,
    *,
    called: Called = NOT_CALLED,
    started: datetime,
    ended: datetime,
    uniform: Callable[[float, float], float],
) -> Delivery:
    """The delivery after an attempt that got *answer*: settled, or pending with the time of its next attempt."""
    attempt = Attempt(
        number=delivery.next_attempt,
        at=started,
        reason=delivery.reason,
        outcome=answer.outcome,
        status=answer.status,
        milliseconds=round((ended - started).total_seconds() * 1000),
        detail=answer.detail,
        excerpt=answer.excerpt,
        method=called.method,
        url=called.url,
        headers=answer.headers,
    )
    consequence = CONSEQUENCES[answer.outcome]
    if consequence is Consequence.DONE:
        return delivery.after(attempt, status=DeliveryStatus.DELIVERED, due=None)
    if consequence is not Consequence.RETRY or delivery.reason is AttemptReason.TEST:
        return delivery.after(attempt, status=DeliveryStatus.FAILED, due=None)
    wait = delay_after(delivery.tries + 1, retry_after=answer.retry_after, uniform=uniform)
    if wait is None:
        return delivery.after(attempt, status=DeliveryStatus.FAILED, due=None)
    return delivery.after(attempt, status=DeliveryStatus.PENDING, due=ended + timedelta(seconds=wait))
