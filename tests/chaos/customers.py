"""Customers with their callbacks, and what happened to their events so far."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from deliver.postpone import hold
from ringback.models import (
    Attempt,
    AttemptReason,
    Callback,
    CallbackType,
    Delivery,
    DeliveryStatus,
    Event,
    Method,
    Outcome,
    build_owner,
    delivery_id,
)
from tests.chaos.world import World
from tests.integration.lambdas import record

KIND = "messages/receive_notify"
SENT = "messages/send_notify"
ACCOUNT = "1000001"
EVENTS = Path(__file__).parents[2] / "events"
SECRET = "whsec_" + "QUFB" * 8
NOBODY = "https://127.0.0.1:1024/receipt"
"""Where nobody listens."""
RETENTION = timedelta(days=30)

_numbers = count(1)


def fonenumber(place: int) -> str:
    """One of many numbers."""
    return f"321{place:07}"


def message(place: int, *, account: str = ACCOUNT, kind: str = KIND, **fields: Any) -> dict[str, Any]:
    """The record of an event at the number of *place*."""
    number = next(_numbers)
    body = {
        "event": kind,
        "account": account,
        "fonenumber": fonenumber(place),
        "id": f"{number:032x}",
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "data": {"to": fonenumber(place), "from": "3215551111", "msg": f"hello {number}", "id": f"{number:032x}"},
        **fields,
    }
    return record(json.dumps(body), message=f"message-{number}", group=account)


def sets(world: World, place: int, path: str, *, account: str = ACCOUNT, **changes: Any) -> Callback:
    """The customer of *place* sets a callback that leads to *path* of the receivers."""
    callback = Callback(
        owner=build_owner(account, fonenumber(place)),
        event=KIND,
        type=CallbackType.CALLBACK,
        method=Method.JSON,
        url=world.url(path),
    )
    callback = replace(callback, **changes)
    world.stack.callbacks().put(callback)
    return callback


def failed_before(world: World, callback: Callback, failures: int, *, until: datetime | None = None) -> Callback:
    """The endpoint of *callback* has failed so often; with *until* its breaker is open, and its backlog announced."""
    now = datetime.now(UTC)
    health = world.stack.health()
    breaker = health.failed(callback, failures, since=now)
    assert breaker
    if until:
        world.stack.backlogs().announce((callback.owner, callback.event))
        breaker = replace(breaker, open_until=until)
        health.open(callback, breaker)
    return replace(callback, breaker=breaker)


def stored(  # noqa: PLR0913 - what a delivery may be
    world: World,
    place: int,
    *,
    status: DeliveryStatus = DeliveryStatus.PENDING,
    account: str = ACCOUNT,
    due: datetime | None = None,
    waits_for: Callback | None = None,
) -> Delivery:
    """A delivery with one attempt that failed, in the table; *due* is on the index, *waits_for* in its backlog."""
    now = datetime.now(UTC)
    number = next(_numbers)
    event = Event(
        kind=KIND,
        account=account,
        fonenumber=fonenumber(place),
        id=f"{number:032x}",
        time=now.replace(microsecond=0),
        data={"to": fonenumber(place), "from": "3215551111", "message": "hello", "id": f"{number:032x}"},
    )
    attempt = Attempt(
        number=1, at=now, reason=AttemptReason.EVENT, outcome=Outcome.STATUS, status=503, milliseconds=5, detail="503"
    )
    delivery = Delivery(id=delivery_id(event), event=event, created=now).after(attempt, status=status, due=due)
    if waits_for:
        delivery = hold(delivery, waits_for, now=now, retention=RETENTION)
    world.stack.deliveries().record([delivery], parked=lambda one: bool(one.backlog) or one.due is not None)
    world.arrived[delivery.id] += 1
    return delivery


def retry_record(delivery: Delivery) -> dict[str, Any]:
    """The message that brings *delivery* back."""
    assert delivery.due
    due = round(delivery.due.timestamp() * 1000)
    body = f'{{"version":1,"owner":"{delivery.owner}","delivery":"{delivery.id}","due":{due}}}'
    return record(body, group=delivery.event.account)
