"""A delivery as an item of the Deliveries table, and back.

What is searched or filtered is an attribute of its own; data and attempts are JSON text, which costs a third of the
bytes and of the CPU of DynamoDB's maps.
"""

import json
import zlib
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ringback.formats import of_format
from ringback.models import (
    Attempt,
    AttemptReason,
    Delivery,
    DeliveryStatus,
    Event,
    Outcome,
    account_and_fonenumber,
)
from ringback.queues import compact
from ringback.times import iso, milliseconds, moment, parse_time

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    from ringback.tables import Item

FORMAT = 1
"""Of the items; `version` is the lock of one item."""

SHARDS = tuple(str(number) for number in range(8))
"""Partitions of the due index; 8 take 8,000 writes a second (1,000 each is DynamoDB's limit)."""

ATTENTION_INDEX = "attention"
"""The sparse index of what has not arrived, by account and id; what succeeds at once is never on it."""

ATTENTION = frozenset({DeliveryStatus.PENDING, DeliveryStatus.FAILED})
"""Where deliveries stand that are on that index."""

MOST_EXCERPT = 3_072
"""Bytes that an attempt's excerpt takes in its item: three for each of 1,024 in the charset that grows most."""

MOST_DETAIL = 1_024
"""Bytes that its detail takes; and a delivery's note."""

MOST_URL = 512
"""Bytes that the URL of an attempt takes."""

MOST_HEADERS = 512
"""Bytes that the headers of its answer take."""

_WIDEST = 6
"""Bytes of a character as JSON, at most: that of NUL is `\\u0000`."""


def shard_of(delivery: str) -> str:
    """The partition of the due index that a delivery's id falls into."""
    return SHARDS[zlib.crc32(delivery.encode()) % len(SHARDS)]


def queued(shard: str) -> str:
    """The partition of those whose message is on the Retries queue, or was lost."""
    return f"queued#{shard}"


def sought(shard: str) -> str:
    """The partition of those that got a second message, because they were overdue."""
    return f"sought#{shard}"


def to_item(delivery: Delivery, *, parked: bool, retention: timedelta) -> dict[str, "AttributeValueTypeDef"]:
    """The item of *delivery*, without its callback; one that is *parked* waits on the due index, not on the queue."""
    event = delivery.event
    texts = {
        "owner": delivery.owner,
        "delivery": delivery.id,
        "event": event.kind,
        "event_id": event.id,
        "time": iso(event.time),
        "created": iso(delivery.created),
        "status": delivery.status,
        "reason": delivery.reason,
        "data": compact(dict(event.data)),
        "attempts": compact([_attempt_to_json(attempt) for attempt in delivery.attempts]),
    }
    numbers = {
        "format": FORMAT,
        "version": delivery.version,
        "tries": delivery.tries,
        "expires": int((delivery.created + retention).timestamp()),
    }
    if delivery.status in ATTENTION:
        texts["attention"] = event.account
    if delivery.due:
        numbers["due"] = milliseconds(delivery.due)
        shard = shard_of(delivery.id)
        texts["due_shard"] = (delivery.line or shard) if parked else queued(shard)
    if delivery.note:
        texts["note"] = _cut(delivery.note, MOST_DETAIL)
    item: dict[str, AttributeValueTypeDef] = {name: {"S": text} for name, text in texts.items()}
    return item | {name: {"N": str(number)} for name, number in numbers.items()}


def from_item(item: "Item") -> Delivery:
    """The delivery that *item* holds, without its callback.

    Raises:
        OurFault: a newer release made it, or it is none.
    """
    with of_format("a delivery", item, newest=FORMAT):
        return _delivery(item)


def _delivery(item: "Item") -> Delivery:
    text = {name: value["S"] for name, value in item.items() if "S" in value}
    number = {name: int(value["N"]) for name, value in item.items() if "N" in value}
    account, fonenumber = account_and_fonenumber(text["owner"])
    return Delivery(
        id=text["delivery"],
        event=Event(
            kind=text["event"],
            account=account,
            fonenumber=fonenumber,
            id=text["event_id"],
            time=parse_time(text["time"]),
            data=dict(json.loads(text["data"]).items()),
        ),
        created=parse_time(text["created"]),
        status=DeliveryStatus(text["status"]),
        attempts=tuple(_attempt_from_json(attempt) for attempt in json.loads(text["attempts"])),
        tries=number["tries"],
        due=moment(number["due"]) if "due" in number else None,
        reason=AttemptReason(text["reason"]),
        note=text.get("note", ""),
        version=number["version"],
    )


def _attempt_to_json(attempt: Attempt) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "number": attempt.number,
        "at": iso(attempt.at),
        "reason": attempt.reason,
        "outcome": attempt.outcome,
        "status": attempt.status,
        "milliseconds": attempt.milliseconds,
        "detail": _cut(attempt.detail, MOST_DETAIL),
        "excerpt": _cut(attempt.excerpt, MOST_EXCERPT),
        "method": attempt.method,
        "url": _cut(attempt.url, MOST_URL),
        "headers": _some(attempt.headers),
    }
    return {name: value for name, value in whole.items() if value is not None and value not in ("", {})}


def _some(headers: Mapping[str, str]) -> dict[str, str]:
    """The first of *headers* that fit."""
    kept: dict[str, str] = {}
    room = MOST_HEADERS
    for name, value in headers.items():
        room -= len(compact([name, value]).encode(errors="replace"))
        if room < 0:
            break
        kept[name] = value
    return kept


def _cut(text: str, most: int) -> str:
    """The beginning of *text* that takes up to *most* bytes as JSON."""
    while len(text) * _WIDEST > most and (size := len(compact(text).encode(errors="replace")) - 2) > most:
        text = text[: len(text) * most // size]
    return text


def _attempt_from_json(stored: Mapping[str, Any]) -> Attempt:
    return Attempt(
        number=stored["number"],
        at=parse_time(stored["at"]),
        reason=AttemptReason(stored["reason"]),
        outcome=Outcome(stored["outcome"]),
        status=stored.get("status"),
        milliseconds=stored["milliseconds"],
        detail=stored.get("detail", ""),
        excerpt=stored.get("excerpt", ""),
        method=stored.get("method", ""),
        url=stored.get("url", ""),
        headers=stored.get("headers", {}),
    )
