"""Write and read deliveries, the items of the Deliveries table, and tell who wrote one first.

What DynamoDB uses (keys, conditions, indexes, filters, expiry) has separate attributes. The rest is packed into one,
which takes a third of the bytes. An attribute that is updated in place overrides the packed value.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from itertools import batched
from typing import TYPE_CHECKING, Any

from ringback.aws.dynamodb import WRITE_AT_ONCE, Found, Key
from ringback.aws.kms import Credentials
from ringback.aws.statements import Condition, Item
from ringback.catalog.kinds import CATALOGUE
from ringback.errors import InfrastructureError
from ringback.frozen import frozen
from ringback.json_text import to_compact_json
from ringback.models import Attempt, AttemptReason, Delivery, DeliveryStatus, Event, Outcome, split_owner, time_in_id
from ringback.storage.callbacks import callback_from_item, callback_to_item
from ringback.storage.compression import pack, unpack
from ringback.storage.due_index import get_shard, queued
from ringback.storage.formats import of_format
from ringback.storage.tables import deliveries_table
from ringback.timestamps import from_millis, to_millis

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

DELIVERY_FORMAT = 1
"""The format of the items, which do not name the first; their `version` is the lock of a single item."""

ATTENTION_INDEX = "attention"
"""The sparse index, by account and id, of deliveries that have not arrived; one that arrives at once is never on it."""

ATTENTION = frozenset({DeliveryStatus.PENDING, DeliveryStatus.FAILED})
"""The statuses of deliveries on that index."""

MAX_EXCERPT = 3_072
"""Bytes of an attempt's excerpt in its item: three for each of 1,024 in the charset that grows most."""

MAX_DETAIL = 1_024
"""Bytes of an attempt's detail, and of a delivery's note."""

MAX_URL = 512
"""Bytes of an attempt's URL."""

MAX_HEADERS = 512
"""Bytes of the headers in the response to an attempt."""

_WIDEST = 6
"""Bytes of one character as JSON, at most: NUL is `\\u0000`."""


class Written(StrEnum):
    """How writing a delivery went."""

    YES = "yes"
    NO = "no"
    """The table did not accept it."""


@dataclass(frozen=True, slots=True)
class Superseded:
    """Another invocation has written the delivery since it was read; its version *stands*."""

    stands: Delivery


@frozen
class Stored:
    """Deliveries as they were read."""

    deliveries: Mapping[Key, Delivery]
    """Those that exist."""
    unread: Mapping[Key, InfrastructureError | None]
    """Keys that could not be read, each with the reason; None where the table was merely busy."""


class DeliveryStore:
    """Read and write deliveries."""

    def __init__(
        self,
        *,
        table: str,
        dynamodb: "DynamoDBClient",
        credentials: Credentials,
        retention: timedelta,
        mapper: Callable[..., Iterable[Any]] = map,
    ) -> None:
        """*mapper* may run writes concurrently."""
        self.table = deliveries_table(table, dynamodb)
        self._credentials = credentials
        self._retention = retention
        self._mapper = mapper

    def load(self, keys: Iterable[Key]) -> Stored:
        """Read the deliveries under *keys* (owner, id).

        Raises:
            InfrastructureError: the table is unavailable.
        """
        return self.opened(self.table.read(keys))

    def opened(self, found: Found) -> Stored:
        """Parse items that were read from this table into deliveries."""
        deliveries: dict[Key, Delivery] = {}
        unread: dict[Key, InfrastructureError | None] = dict.fromkeys(found.unread)
        for item in found.items:
            key = self.table.key_of(item)
            try:
                deliveries[key] = self._delivery(item)
            except InfrastructureError as error:  # it is unreadable, or KMS does not decrypt its callback's password
                unread[key] = error
        return Stored(deliveries=deliveries, unread=unread)

    def record(
        self, deliveries: Sequence[Delivery], *, parked: Callable[[Delivery], bool]
    ) -> Mapping[Key, Written | Superseded]:
        """Write *deliveries*; those that are *parked* wait on the due index, not on the queue.

        Deliveries that arrived at their first attempt are written 25 at a time, whatever was stored before: no status
        is better than delivered. Every other one is written only if nobody has written it since it was read. Several
        that are new are inserted 25 at a time, too.
        """
        together = [delivery for delivery in deliveries if _arrived_at_once(delivery)]
        others = [delivery for delivery in deliveries if not _arrived_at_once(delivery)]
        new = [delivery for delivery in others if not delivery.version] if len(others) > 1 else []
        written: dict[Key, Written | Superseded] = {}
        for known in self._mapper(lambda some: self._insert(some, parked), batched(new, WRITE_AT_ONCE, strict=False)):
            written |= known
        singly = [delivery for delivery in others if _key(delivery) not in written]
        written |= self._mapper(lambda delivery: self._put(delivery, parked=parked(delivery)), singly)
        return written | self._put_together(together)

    def _insert(self, deliveries: Sequence[Delivery], parked: Callable[[Delivery], bool]) -> dict[Key, Written]:
        """Insert new deliveries; those that are missing from the result have to be written one by one."""
        try:
            left = self.table.insert([self._item(delivery, parked=parked(delivery)) for delivery in deliveries])
        except InfrastructureError:
            return dict.fromkeys(map(_key, deliveries), Written.NO)
        return dict.fromkeys(set(map(_key, deliveries)) - left, Written.YES)

    def _put(self, delivery: Delivery, *, parked: bool) -> tuple[Key, Written | Superseded]:
        try:
            return _key(delivery), self._put_item(self._item(delivery, parked=parked), read=delivery.version)
        except InfrastructureError:
            return _key(delivery), Written.NO

    def _put_item(self, item: Item, *, read: int) -> Written | Superseded:
        not_written_since = Condition(
            holds="attribute_not_exists(delivery) OR version = :read", values={":read": {"N": str(read)}}
        )
        write = self.table.put(item, doing="recording a delivery", only_if=not_written_since)
        return Written.YES if write.done else Superseded(self._delivery(write.item))

    def _put_together(self, deliveries: Sequence[Delivery]) -> dict[Key, Written]:
        written = dict.fromkeys(map(_key, deliveries), Written.NO)
        try:
            unwritten = self.table.write([self._item(delivery, parked=False) for delivery in deliveries])
        except InfrastructureError:
            return written
        return {key: Written.NO if key in unwritten else Written.YES for key in written}

    def _item(self, delivery: Delivery, *, parked: bool) -> dict[str, "AttributeValueTypeDef"]:
        item = delivery_to_item(delivery, parked=parked, retention=self._retention)
        item["version"] = {"N": str(delivery.version + 1)}  # with this write; a copy of it all would cost more
        if delivery.event.callback:
            item["callback"] = {"M": callback_to_item(delivery.event.callback, self._credentials)}
        return item

    def _delivery(self, item: Item) -> Delivery:
        delivery = delivery_from_item(item)
        if delivery.event.kind not in CATALOGUE:
            raise InfrastructureError(
                f"a delivery is of {delivery.event.kind}, an event that this release does not know"
            )
        if "callback" not in item:
            return delivery
        callback = callback_from_item(item["callback"]["M"], self._credentials)
        return replace(delivery, event=replace(delivery.event, callback=callback))


def delivery_to_item(delivery: Delivery, *, parked: bool, retention: timedelta) -> dict[str, "AttributeValueTypeDef"]:
    """Return the item that holds *delivery*, without its callback; one that is *parked* waits on the due index."""
    texts = {
        "owner": delivery.owner,
        "delivery": delivery.id,
        "event": delivery.event.kind,
        "status": delivery.status,
    }
    numbers = {"version": delivery.version, "expires": int((delivery.created + retention).timestamp())}
    if delivery.status in ATTENTION:
        texts["attention"] = delivery.event.account
    if delivery.is_test:
        texts["reason"] = delivery.reason
    if delivery.due:
        numbers["due"] = to_millis(delivery.due)
        shard = get_shard(delivery.id)
        texts["due_shard"] = (delivery.backlog or shard) if parked else queued(shard)
    if delivery.note:
        texts["note"] = _cut(delivery.note, MAX_DETAIL)
    item: dict[str, AttributeValueTypeDef] = {name: {"S": text} for name, text in texts.items()}
    item |= {name: {"N": str(number)} for name, number in numbers.items()}
    item["packed"] = {"B": pack(delivery_to_json(delivery))}
    return item


def delivery_to_json(delivery: Delivery) -> dict[str, Any]:
    """Return the part of *delivery* that is packed.

    Times are in milliseconds: `created` counts from the event's time, which is in the id, and `at` from `created`.
    """
    event = delivery.event
    happened, created = to_millis(event.time), to_millis(delivery.created)
    packed = {
        "event_id": event.id,
        "created": created - happened,
        "data": dict(event.data),
        "reason": delivery.reason,
        "tries": delivery.tries,
        "attempts": [_attempt_to_json(attempt, created) for attempt in delivery.attempts],
    }
    return packed if time_in_id(delivery.id) == happened else {"time": happened, **packed}


def delivery_from_item(item: "Item") -> Delivery:
    """Return the delivery that *item* holds, without its callback.

    Raises:
        InfrastructureError: a newer release wrote it, or it is malformed.
    """
    with of_format("a delivery", item, newest=DELIVERY_FORMAT):
        return _delivery(item)


def _delivery(item: "Item") -> Delivery:
    text = {name: value["S"] for name, value in item.items() if "S" in value}
    number = {name: int(value["N"]) for name, value in item.items() if "N" in value}
    packed = unpack(item["packed"]["B"])
    account, fonenumber = split_owner(text["owner"])
    happened = packed["time"] if "time" in packed else time_in_id(text["delivery"])
    created = happened + packed["created"]
    return Delivery(
        id=text["delivery"],
        event=Event(
            kind=text["event"],
            account=account,
            fonenumber=fonenumber,
            id=packed["event_id"],
            time=from_millis(happened),
            data=dict(packed["data"].items()),
        ),
        created=from_millis(created),
        status=DeliveryStatus(text["status"]),
        attempts=tuple(_attempt_from_json(attempt, created) for attempt in packed["attempts"]),
        tries=number.get("tries", packed["tries"]),
        due=from_millis(number["due"]) if "due" in number else None,
        reason=AttemptReason(text.get("reason", packed["reason"])),
        note=text.get("note", ""),
        version=number["version"],
    )


def _attempt_to_json(attempt: Attempt, created: int) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "number": attempt.number,
        "at": to_millis(attempt.at) - created,
        "reason": attempt.reason,
        "outcome": attempt.outcome,
        "status": attempt.status,
        "milliseconds": attempt.milliseconds,
        "detail": _cut(attempt.detail, MAX_DETAIL),
        "excerpt": _cut(attempt.excerpt, MAX_EXCERPT),
        "method": attempt.method,
        "url": _cut(attempt.url, MAX_URL),
        "headers": _some(attempt.headers),
    }
    return {name: value for name, value in whole.items() if value is not None and value not in ("", {})}


def _some(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the first of *headers* that fit; nearly always all of them."""
    kept = dict(headers)
    while kept and len(to_compact_json(kept).encode(errors="replace")) > MAX_HEADERS:
        kept.popitem()
    return kept


def _cut(text: str, most: int) -> str:
    """Return the beginning of *text* that takes up to *most* bytes as JSON."""
    while len(text) * _WIDEST > most and (size := len(to_compact_json(text).encode(errors="replace")) - 2) > most:
        text = text[: len(text) * most // size]
    return text


def _attempt_from_json(stored: Mapping[str, Any], created: int) -> Attempt:
    return Attempt(
        number=stored["number"],
        at=from_millis(created + stored["at"]),
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


def _key(delivery: Delivery) -> Key:
    return delivery.owner, delivery.id


def _arrived_at_once(delivery: Delivery) -> bool:
    return delivery.version == 0 and delivery.status is DeliveryStatus.DELIVERED
