"""Postpone deliveries without an attempt: those whose breaker is open, and those for which there is no capacity.

Whether they then wait on the queue or in the table is `retry_schedule.waits_in_table`.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from ringback.models import Callback, Delivery, DeliveryStatus
from ringback.storage.backlog import backlog_partition

BEFORE_EXPIRY = timedelta(days=1)
"""A delivery that still waits this long before its record expires has failed, so that its customer can see it."""

SOONEST = timedelta(seconds=5)

LATEST = timedelta(minutes=5)
"""Without capacity, a delivery waits for as long again as it has waited so far, within these bounds."""

SPREAD = 0.5
"""Each such wait is longer or shorter by up to this share, so that they do not all come back together."""

GAVE_UP = "its endpoint did not answer again while this delivery was kept"


def expires_at(delivery: Delivery, retention: timedelta) -> datetime:
    """Return when waiting ends, whatever the endpoint does."""
    return delivery.created + retention - BEFORE_EXPIRY


def hold(delivery: Delivery, callback: Callback, *, now: datetime, retention: timedelta) -> Delivery:
    """Return *delivery* as it waits for the breaker of *callback* to close, or failed when it has waited too long."""
    end = expires_at(delivery, retention)
    if now >= end:
        return replace(delivery, status=DeliveryStatus.FAILED, due=None, note=GAVE_UP)
    since = callback.breaker.failing_since
    note = f"waits until its endpoint answers again, down since {since:%Y-%m-%d %H:%M} UTC" if since else ""
    backlog = backlog_partition((callback.owner, callback.event), delivery.id)
    return replace(delivery, due=end, backlog=backlog, note=note)


def postpone(delivery: Delivery, *, now: datetime, uniform: Callable[[float, float], float]) -> Delivery:
    """Return *delivery* with a later due time; no attempt is used up."""
    waited = min(max(now - delivery.created, SOONEST), LATEST)
    return replace(delivery, due=now + waited * uniform(1 - SPREAD, 1 + SPREAD), note="")


def to_retry_lane(delivery: Delivery, *, now: datetime) -> Delivery:
    """Return *delivery*, due now, for an attempt in the retries lane."""
    return replace(delivery, due=now)
