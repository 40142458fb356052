"""Bytes of a delivery's item, as DynamoDB counts them: of an event that arrived at its first attempt."""

import json
import random
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from benchmarks.traffic import BODY_BYTES, text
from ringback.catalog.kinds import CATALOGUE
from ringback.models import Attempt, AttemptReason, Delivery, DeliveryStatus, Event, Outcome, Value, delivery_id
from ringback.storage.deliveries import delivery_to_item

MESSAGE, CALL, FAX = "messages/receive_notify", "calls/receive_notify", "faxes/receive_notify"
SAMPLES = 200
RETENTION = timedelta(days=30)


@cache
def item_bytes(kind: str = "", body_bytes: int = BODY_BYTES) -> float:
    """Return the mean of items of *kind*; of none, that of as many messages as calls.

    The data of a message are *body_bytes* of JSON.
    """
    if not kind:
        return (item_bytes(MESSAGE) + item_bytes(CALL)) / 2
    dice = random.Random(kind)  # noqa: S311 - the same ones each time
    items = (
        delivery_to_item(_arrived(dice, kind, body_bytes), parked=False, retention=RETENTION) for _ in range(SAMPLES)
    )
    return sum(map(_size, items)) / SAMPLES


def _size(item: Mapping[str, Any]) -> int:
    size = 0
    for name, typed in item.items():
        [(kind, value)] = typed.items()
        size += len(name) + (1 + (len(value) + 1) // 2 if kind == "N" else len(value))
    return size


def _arrived(dice: random.Random, kind: str, body_bytes: int) -> Delivery:
    event = _event(dice, kind, body_bytes)
    created = event.time + timedelta(milliseconds=dice.randrange(100, 1_500))
    attempt = Attempt(
        number=1,
        at=created + timedelta(milliseconds=dice.randrange(1, 60)),
        reason=AttemptReason.EVENT,
        outcome=Outcome.DELIVERED,
        status=200,
        milliseconds=dice.randrange(40, 600),
        excerpt=dice.choice(("", "ok", '{"ok":true}', "Thank you")),
        method="POST",
        url=f"https://events.customer-{dice.randrange(1000)}.example.net/in/telephony?line={event.fonenumber}",
        headers={
            "date": created.strftime("%a, %d %b %Y %H:%M:%S GMT"),
            "content-type": dice.choice(("application/json", "text/html; charset=UTF-8", "text/plain")),
            "server": dice.choice(("nginx/1.27.3", "cloudflare", "Caddy", "Apache/2.4.62 (Debian)")),
        },
    )
    new = Delivery(id=delivery_id(event), event=event, created=created)
    return new.after(attempt, status=DeliveryStatus.DELIVERED, due=None)


def _event(dice: random.Random, kind: str, body_bytes: int) -> Event:
    fonenumber, identity = _digits(dice, "3215551212"), f"{dice.getrandbits(128):032x}"
    data: dict[str, Value] = {
        name: value if isinstance(value, int) else _digits(dice, value)
        for name, value in CATALOGUE[kind].example.items()
    }
    data |= {name: value for name, value in (("to", fonenumber), ("id", identity), ("uid", identity)) if name in data}
    if "message" in data:
        data["message"] = ""
        data["message"] = text(body_bytes - len(json.dumps(data, separators=(",", ":"))), dice.randrange(1_000))
    return Event(
        kind=kind,
        account=str(dice.randrange(1_000_000, 9_999_999)),
        fonenumber=fonenumber,
        id=identity,
        time=datetime(2026, 11, 1, tzinfo=UTC) + timedelta(milliseconds=dice.randrange(10**9)),
        data=data,
    )


def _digits(dice: random.Random, like: str) -> str:
    return re.sub("[0-9]", lambda _: str(dice.randrange(1, 10)), like)
