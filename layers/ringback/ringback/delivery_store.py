"""The Deliveries table: the log that customers see, and what `deliver` goes by."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from ringback import callback_items
from ringback.catalogue_data import CATALOGUE
from ringback.credentials import Credentials
from ringback.delivery_items import from_item, to_item
from ringback.errors import OurFault
from ringback.models import Delivery, DeliveryStatus
from ringback.statements import Condition
from ringback.tables import Found, Item, Key, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef


class Written(StrEnum):
    """How writing a delivery went."""

    YES = "yes"
    NO = "no"
    """The table did not take it."""


@dataclass(frozen=True, slots=True)
class Superseded:
    """Somebody else has written the delivery since it was read; theirs *stands*."""

    stands: Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Deliveries as they were read."""

    deliveries: Mapping[Key, Delivery]
    """Those that exist."""
    unread: Mapping[Key, OurFault | None]
    """Keys that could not be read, each with the reason; None where the table was just busy."""


class DeliveryStore:
    """Reads and writes deliveries."""

    def __init__(
        self,
        *,
        table: str,
        dynamodb: "DynamoDBClient",
        credentials: Credentials,
        retention: timedelta,
        mapper: Callable[..., Iterable[Any]] = map,
    ) -> None:
        """*mapper* may run single writes side by side."""
        self.table = Table(name=table, partition="owner", sort="delivery", client=dynamodb)
        self._credentials = credentials
        self._retention = retention
        self._mapper = mapper

    def load(self, keys: Iterable[Key]) -> Stored:
        """Read the deliveries under *keys* (owner, id).

        Raises:
            OurFault: the table is out of reach.
        """
        return self.opened(self.table.read(keys))

    def opened(self, found: Found) -> Stored:
        """Make deliveries of items that were read from this table."""
        deliveries: dict[Key, Delivery] = {}
        unread: dict[Key, OurFault | None] = dict.fromkeys(found.unread)
        for item in found.items:
            key = self.table.key_of(item)
            try:
                deliveries[key] = self._delivery(item)
            except OurFault as fault:  # it cannot be read, or KMS does not open its callback's password
                unread[key] = fault
        return Stored(deliveries=deliveries, unread=unread)

    def record(
        self, deliveries: Sequence[Delivery], *, parked: Callable[[Delivery], bool]
    ) -> Mapping[Key, Written | Superseded]:
        """Write *deliveries*; those that are *parked* wait on the due index, not on the queue.

        A delivery that arrived at its first attempt is written 25 at a time, whatever was there: nothing is better
        than delivered. Every other one only if nobody wrote it since it was read.
        """
        together = [delivery for delivery in deliveries if _arrived_at_once(delivery)]
        singly = [delivery for delivery in deliveries if not _arrived_at_once(delivery)]
        written = dict(self._mapper(lambda delivery: self._put(delivery, parked=parked(delivery)), singly))
        return written | self._put_together(together)

    def _put(self, delivery: Delivery, *, parked: bool) -> tuple[Key, Written | Superseded]:
        try:
            return _key(delivery), self._put_item(self._item(delivery, parked=parked), read=delivery.version)
        except OurFault:
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
        except OurFault:
            return written
        return {key: Written.NO if key in unwritten else Written.YES for key in written}

    def _item(self, delivery: Delivery, *, parked: bool) -> dict[str, "AttributeValueTypeDef"]:
        delivery = replace(delivery, version=delivery.version + 1)
        item = to_item(delivery, parked=parked, retention=self._retention)
        if delivery.event.callback:
            item["callback"] = {"M": callback_items.to_item(delivery.event.callback, self._credentials)}
        return item

    def _delivery(self, item: Item) -> Delivery:
        delivery = from_item(item)
        if delivery.event.kind not in CATALOGUE:
            raise OurFault(f"a delivery is of {delivery.event.kind}, an event that this release does not know")
        if "callback" not in item:
            return delivery
        callback = callback_items.from_item(item["callback"]["M"], self._credentials)
        return replace(delivery, event=replace(delivery.event, callback=callback))


def _key(delivery: Delivery) -> Key:
    return delivery.owner, delivery.id


def _arrived_at_once(delivery: Delivery) -> bool:
    return delivery.version == 0 and delivery.status is DeliveryStatus.DELIVERED
