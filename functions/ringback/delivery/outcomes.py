"""What follows from each outcome of an attempt, in one table (docs/deliveries.md)."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from ringback.delivery.retry_schedule import delay_after
from ringback.models import NOT_CALLED, Attempt, AttemptReason, AttemptResult, Called, Delivery, DeliveryStatus, Outcome


class Consequence(StrEnum):
    """What follows from an outcome."""

    DONE = "done"
    RETRY = "retry"
    GIVE_UP = "give_up"
    DISABLE = "disable"
    """Give up, and make no further deliveries to this callback."""


CONSEQUENCES: Mapping[Outcome, Consequence] = MappingProxyType(
    {
        Outcome.DELIVERED: Consequence.DONE,
        Outcome.GONE: Consequence.DISABLE,  # 410
        Outcome.STATUS: Consequence.RETRY,  # any other status: a redirect is not a success
        Outcome.DNS: Consequence.RETRY,
        Outcome.CONNECT: Consequence.RETRY,
        Outcome.TLS: Consequence.RETRY,
        Outcome.TIMEOUT: Consequence.RETRY,
        Outcome.PROTOCOL: Consequence.RETRY,
        Outcome.TOO_LONG: Consequence.RETRY,
        Outcome.REFUSED: Consequence.GIVE_UP,
        Outcome.SPECIAL_ADDRESS: Consequence.RETRY,  # a wrong DNS record may be repaired, like a missing one
        Outcome.UNUSABLE: Consequence.GIVE_UP,
        Outcome.MAIL_DELAYED: Consequence.RETRY,
        Outcome.MAIL_REJECTED: Consequence.GIVE_UP,
    }
)


class Judgement(NamedTuple):
    """What follows from an attempt."""

    delivery: Delivery
    """As it is afterwards: settled, or pending with the time of its next attempt."""
    consequence: Consequence


def judge(  # noqa: PLR0913 - what an attempt is judged by
    delivery: Delivery,
    result: AttemptResult,
    *,
    called: Called = NOT_CALLED,
    started: datetime,
    ended: datetime,
    uniform: Callable[[float, float], float],
) -> Judgement:
    """Judge an attempt of *delivery* that had *result*."""
    attempt = Attempt(
        number=delivery.next_attempt,
        at=started,
        reason=delivery.reason,
        outcome=result.outcome,
        status=result.status,
        milliseconds=round((ended - started).total_seconds() * 1000),
        detail=result.detail,
        excerpt=result.excerpt,
        method=called.method,
        url=called.url,
        headers=result.headers,
    )
    consequence = CONSEQUENCES[result.outcome]
    status, due = DeliveryStatus.FAILED, None
    if consequence is Consequence.DONE:
        status = DeliveryStatus.DELIVERED
    elif consequence is Consequence.RETRY and delivery.reason is not AttemptReason.TEST:
        wait = delay_after(delivery.tries + 1, retry_after=result.retry_after, uniform=uniform)
        if wait is not None:
            status, due = DeliveryStatus.PENDING, ended + timedelta(seconds=wait)
    return Judgement(delivery=delivery.after(attempt, status=status, due=due), consequence=consequence)
