"""Deliveries as the log has them, and what is on its way again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ringback.models import Attempt, AttemptReason, Delivery, DeliveryStatus, Event, Outcome, delivery_id
from tests.integration.calling import ACCOUNT, NOW, Api

NUMBER = "3215551212"
PATH = f"/v2/fonenumbers/{NUMBER}"
KIND = "messages/receive_notify"
FAILED = DeliveryStatus.FAILED


def attempt(at: datetime) -> Attempt:
    return Attempt(
        number=1,
        at=at,
        reason=AttemptReason.EVENT,
        outcome=Outcome.STATUS,
        status=500,
        milliseconds=9,
        detail="HTTP 500",
    )


def made(
    minutes: int = 1,
    *,
    status: DeliveryStatus = FAILED,
    kind: str = KIND,
    account: str = ACCOUNT,
    fonenumber: str = NUMBER,
    **changes: Any,
) -> Delivery:
    """A delivery of an event that happened so many minutes ago."""
    time = NOW - timedelta(minutes=minutes)
    data = {"to": NUMBER, "from": "3215551111", "message": "hello"}
    event = Event(kind=kind, account=account, fonenumber=fonenumber, id=f"event-{minutes}", time=time, data=data)
    delivery = Delivery(
        id=delivery_id(event),
        event=event,
        created=time,
        status=status,
        attempts=(attempt(time),),
        tries=10,
        reason=AttemptReason.RETRY,
    )
    return replace(delivery, **changes)


def keep(api: Api, deliveries: Sequence[Delivery], *, parked: bool = False) -> None:
    api.stack.deliveries().record(deliveries, parked=lambda _: parked)


def listed(api: Api, query: str = "", **options: Any) -> list[str]:
    answer = api.get(f"{PATH}/deliveries{query}", **options)
    assert answer.status == 200, answer.text
    return [delivery["event_id"] for delivery in answer.json["deliveries"]]
