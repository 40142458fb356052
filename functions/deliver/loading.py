"""Load what a batch of messages is about, with the callbacks that their owners set, and decide what to do."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from deliver.decisions import Cancel, Decision, Drop, DueAttempt, Reschedule, Return
from deliver.messages import Message
from ringback.aws.dynamodb import Key, read_together
from ringback.delivery.retry_message import Retry
from ringback.errors import InfrastructureError
from ringback.models import CallbackType, Delivery, Event, delivery_id
from ringback.storage.callbacks import CallbackStore, Loaded, callback_key, is_secrets_key, secrets_key
from ringback.storage.deliveries import DeliveryStore, Stored

BUSY = InfrastructureError("a table or queue was busy")


class Loader:
    """Reads each item that a batch needs once; what the messages themselves name takes a single call."""

    def __init__(self, *, callbacks: CallbackStore, deliveries: DeliveryStore) -> None:
        self._callbacks = callbacks
        self._deliveries = deliveries

    def decide(
        self, messages: Sequence[Message], *, now: datetime, under_way: Collection[Key] = frozenset()
    ) -> list[Decision]:
        """Decide what to do about each of *messages*, as far as the tables say.

        Deliveries whose keys are *under_way* are not attempted a second time.

        Raises:
            InfrastructureError: a table is unavailable.
        """
        decisions: list[Decision] = []
        readable: list[tuple[Message, Key]] = []
        for message in messages:
            if isinstance(message.content, InfrastructureError):
                decisions.append(Return(message=message.id, cause=message.content))
            else:
                readable.append((message, _key(message.content)))
        stored, loaded = self._read(readable)
        pending: dict[Key, tuple[Message, Delivery]] = {}
        for message, key in readable:
            found = _found(message, key, stored, now)
            if not isinstance(found, Delivery):
                decisions.append(found)
            elif key in pending or key in under_way:
                decisions.append(Drop(message=message.id, metric="Duplicates"))
            else:
                pending[key] = message, found
        loaded |= self._callbacks.load(_settings_of(delivery.event for _, delivery in pending.values()) - loaded.keys)
        return decisions + [_decided(message.id, delivery, loaded, now) for message, delivery in pending.values()]

    def _read(self, readable: Sequence[tuple[Message, Key]]) -> tuple[Stored, Loaded]:
        """Read the deliveries, and what is set for events; a retry does not say what kind of event it is about.

        New events are looked up at half the price, by a read that may be a second behind. A callback that it does not
        find is left out, to be read again: the first event after it was set must not vanish.
        """
        settings = _settings_of(message.content for message, _ in readable if isinstance(message.content, Event))
        wanted = [(self._deliveries.table, [key for _, key in readable]), (self._callbacks.table, settings)]
        new = all(isinstance(message.content, Event) and not message.received_before for message, _ in readable)
        deliveries, callbacks = read_together(wanted, consistent=not new)
        if new:
            found = set(map(self._callbacks.table.key_of, callbacks.items))
            settings = {key for key in settings if key in found or is_secrets_key(key)}
        return self._deliveries.opened(deliveries), self._callbacks.opened(settings, callbacks)


def _key(content: Event | Retry) -> Key:
    """Return the key of the delivery that a message is about."""
    if isinstance(content, Retry):
        return content.owner, content.delivery
    return content.owner, delivery_id(content)


def _found(message: Message, key: Key, stored: Stored, now: datetime) -> Delivery | Decision:
    """Return the delivery that *message* wants attempted, or the decision where it wants none."""
    if key in stored.unread:
        return Return(message=message.id, cause=stored.unread[key] or BUSY)
    delivery = stored.deliveries.get(key)
    match message.content, delivery:
        case Event() as event, None:
            return Delivery(id=key[1], event=event, created=now)
        case Retry(), None:
            return Drop(message=message.id, metric="Vanished")
        case Retry(due=due), Delivery(settled=False) as found if found.due == due:
            return found
        case _, Delivery(settled=False) as found if message.received_before:
            return Reschedule(message=message.id, delivery=found)
    return Drop(message=message.id, metric="Duplicates")


def _settings_of(events: Iterable[Event]) -> set[Key]:
    """Return the keys of the callbacks and signing secrets for *events*."""
    keys: set[Key] = set()
    for event in events:
        keys |= set(_needed(event))
    return keys


def _needed(event: Event) -> tuple[Key, ...]:
    secrets = secrets_key(event.account)
    return (secrets,) if event.callback else (secrets, callback_key(event))


def _decided(message: str, delivery: Delivery, loaded: Loaded, now: datetime) -> Decision:
    event = delivery.event
    needed = _needed(event)
    if not loaded.has(*needed):
        return Return(message=message, cause=loaded.error(*needed) or BUSY)
    callback = event.callback or loaded.callback(callback_key(event))
    if callback and callback.disabled:
        why = f"the callback is turned off: {callback.disabled}"
        return Cancel(message=message, delivery=delivery.cancelled(why))
    if callback and callback.type is not CallbackType.NONE:
        secrets = loaded.secrets(event.account, now)
        return DueAttempt(message=message, delivery=delivery, callback=callback, secrets=secrets)
    if delivery.version:
        return Cancel(message=message, delivery=delivery.cancelled("the callback is no longer set"))
    return Drop(message=message, metric="Unmatched")
