"""Load: what each message of a batch is about, with the callback that its owner set."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from deliver.events import Message, Retry
from ringback.callback_store import CallbackStore, Loaded, callback_key, secrets_key
from ringback.delivery_ids import delivery_id
from ringback.delivery_store import DeliveryStore, Stored
from ringback.errors import OurFault
from ringback.models import Callback, CallbackType, Delivery, Event
from ringback.tables import Key, read_together


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A delivery with all that its next attempt needs."""

    delivery: Delivery
    callback: Callback
    secrets: tuple[str, ...] = field(default=(), repr=False)
    message: str
    """The message that brought it, which goes back to its queue if we fail."""


@dataclass(slots=True)
class Batch:
    """A batch, sorted by what is to be done."""

    ready: list[Ready] = field(default_factory=list)
    unwanted: list[tuple[str, Delivery]] = field(default_factory=list)
    """Deliveries to record as cancelled, each with its message."""
    unscheduled: list[tuple[str, Delivery]] = field(default_factory=list)
    """Attempts that an earlier invocation recorded and whose next one it may not have scheduled, with the message."""
    back: set[str] = field(default_factory=set)
    """Messages that go back to their queue untouched."""
    faults: dict[str, OurFault] = field(default_factory=dict)
    """Why they do, where a table was not just busy."""
    dropped: list[str] = field(default_factory=list)
    """Why messages need nothing at all; counted."""

    def turn_back(self, message: str, fault: OurFault | None) -> None:
        """*message* goes back."""
        self.back.add(message)
        if fault:
            self.faults[message] = fault


class Loader:
    """Reads what a batch is about: each item once, and in one call what the messages themselves name."""

    def __init__(self, *, callbacks: CallbackStore, deliveries: DeliveryStore) -> None:
        self._callbacks = callbacks
        self._deliveries = deliveries

    def load(self, messages: Sequence[Message], *, now: datetime) -> Batch:
        """Sort *messages*.

        Raises:
            OurFault: a table is out of reach.
        """
        batch = Batch()
        readable = [(message, key) for message in messages if (key := _key(message, batch))]
        stored, loaded = self._read(readable)
        pending: dict[Key, tuple[Message, Delivery]] = {}
        for message, key in readable:
            if key in stored.unread:
                batch.turn_back(message.id, stored.unread[key])
            elif key in pending:
                batch.dropped.append("duplicate")
            elif delivery := _wanted(message, key, stored.deliveries.get(key), batch, now):
                pending[key] = message, delivery
        loaded |= self._callbacks.load(_settings_of(delivery.event for _, delivery in pending.values()) - loaded.keys)
        for message, delivery in pending.values():
            _match(message, delivery, loaded, batch, now)
        return batch

    def _read(self, readable: Sequence[tuple[Message, Key]]) -> tuple[Stored, Loaded]:
        """The deliveries, and what is set for events; a retry does not say what kind of event it is about."""
        settings = _settings_of(message.content for message, _ in readable if isinstance(message.content, Event))
        wanted = [(self._deliveries.table, [key for _, key in readable]), (self._callbacks.table, settings)]
        deliveries, callbacks = read_together(wanted)
        return self._deliveries.opened(deliveries), self._callbacks.opened(settings, callbacks)


def _key(message: Message, batch: Batch) -> Key | None:
    """The delivery that *message* is about, if it can be read."""
    match message.content:
        case OurFault() as fault:
            batch.turn_back(message.id, fault)
            return None
        case Retry(owner=owner, delivery=delivery):
            return owner, delivery
        case event:
            return event.owner, delivery_id(event)


def _wanted(message: Message, key: Key, stored: Delivery | None, batch: Batch, now: datetime) -> Delivery | None:
    """The delivery that *message* asks an attempt of, unless it has had that attempt."""
    match message.content, stored:
        case Event() as event, None:
            return Delivery(id=key[1], event=event, created=now)
        case Retry(), None:
            batch.dropped.append("vanished")
        case Retry(due=due), Delivery(settled=False) if stored.due == due:
            return stored
        case _, Delivery(settled=False) if message.received_before:
            batch.unscheduled.append((message.id, stored))
        case _:
            batch.dropped.append("duplicate")
    return None


def _settings_of(events: Iterable[Event]) -> set[Key]:
    """Where the callbacks and signing secrets for *events* lie."""
    keys: set[Key] = set()
    for event in events:
        keys |= set(_needed(event))
    return keys


def _needed(event: Event) -> tuple[Key, ...]:
    secrets = secrets_key(event.account)
    return (secrets,) if event.callback else (secrets, callback_key(event))


def _match(message: Message, delivery: Delivery, loaded: Loaded, batch: Batch, now: datetime) -> None:
    event = delivery.event
    needed = _needed(event)
    if not loaded.has(*needed):
        batch.turn_back(message.id, loaded.fault(*needed))
        return
    callback = event.callback or loaded.callback(callback_key(event))
    if callback and callback.type is not CallbackType.NONE and not callback.disabled:
        secrets = loaded.secrets(event.account, now)
        batch.ready.append(Ready(delivery=delivery, callback=callback, secrets=secrets, message=message.id))
    elif callback and callback.disabled:
        batch.unwanted.append((message.id, delivery.cancelled(f"the callback is turned off: {callback.disabled}")))
    elif delivery.version:
        batch.unwanted.append((message.id, delivery.cancelled("the callback is not set any more")))
    else:
        batch.dropped.append("unmatched")
