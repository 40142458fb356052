"""Deliveries that are put off without an attempt: those of an open callback, and those that found no room."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from ringback.models import Callback, Delivery, DeliveryStatus
from ringback.storage.backlog import backlog_partition

BEFORE_EXPIRY = timedelta(days=1)
"""A delivery that still waits so long before its record expires has failed, so that its customer can see it fail."""

SOONEST = timedelta(seconds=5)

LATEST = timedelta(minutes=5)
"""A delivery that found no room waits for as long again as it has waited so far, within these bounds."""

SPREAD = 0.5
"""That wait is longer or shorter by up to this share, so that those which found no room do not come back together."""

GAVE_UP = "its endpoint did not answer again while this delivery was kept"


def expires_at(delivery: Delivery, retention: timedelta) -> datetime:
    """When waiting ends, whatever the endpoint does."""
    return delivery.created + retention - BEFORE_EXPIRY


def hold(delivery: Delivery, callback: Callback, *, now: datetime, retention: timedelta) -> Delivery:
    """The same delivery while it waits for *callback* to close, no attempt used up; failed, if that is over."""
    end = expires_at(delivery, retention)
    if now >= end:
        return replace(delivery, status=DeliveryStatus.FAILED, due=None, note=GAVE_UP)
    since = callback.breaker.failing_since
    note = f"waits until its endpoint answers again, down since {since:%Y-%m-%d %H:%M} UTC" if since else ""
    line = backlog_partition((callback.owner, callback.event), delivery.id)
    return replace(delivery, due=end, line=line, note=note)


def postpone(delivery: Delivery, *, now: datetime, uniform: Callable[[float, float], float]) -> Delivery:
    """The same delivery when there was no room for its attempt; none is used up."""
    waited = min(max(now - delivery.created, SOONEST), LATEST)
    return replace(delivery, due=now + waited * uniform(1 - SPREAD, 1 + SPREAD), note="")


def to_retry_lane(delivery: Delivery, *, now: datetime) -> Delivery:
    """The same delivery when its first attempt is to be made in the retries lane, at once."""
    return replace(delivery, due=now)
