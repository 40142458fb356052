"""The Callbacks table: what each customer wants, and what each account signs with."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from ringback import callback_items, signing_items
from ringback.aws import our_fault
from ringback.catalogue_data import CATALOGUE
from ringback.credentials import Credentials
from ringback.errors import OurFault
from ringback.event_kinds import Scope
from ringback.models import Callback, Event, SigningSecrets, owner_of
from ringback.tables import Item, Key, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

FRESH_SECONDS = 30
"""For how long a callback that was read once is used again; a change takes at most this long to work everywhere."""

MOST_REMEMBERED = 10_000
"""Callbacks that one execution environment remembers (about 1 KB each)."""


def callback_key(event: Event) -> Key:
    """Where the callback for *event* lies; an account-wide kind has one for all numbers."""
    account_wide = CATALOGUE[event.kind].scope is Scope.ACCOUNT
    return owner_of(event.account, "" if account_wide else event.fonenumber), event.kind


def secrets_key(account: str) -> Key:
    """Where an *account*'s signing secrets lie."""
    return owner_of(account, ""), signing_items.SIGNING


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was found under the keys asked for; a key that could not be read is not there at all."""

    found: dict[Key, Callback | SigningSecrets | None]
    faults: dict[Key, OurFault] = field(default_factory=dict)
    """Why keys could not be read, where the table was not just busy."""

    def has(self, *keys: Key) -> bool:
        """Whether all *keys* could be read."""
        return all(key in self.found for key in keys)

    def fault(self, *keys: Key) -> OurFault | None:
        """Why one of *keys* could not be read, where that is known."""
        return next((self.faults[key] for key in keys if key in self.faults), None)

    def callback(self, key: Key) -> Callback | None:
        """The callback under *key* (owner, kind of event), if one is set."""
        found = self.found[key]
        return found if isinstance(found, Callback) else None

    def secrets(self, account: str, now: datetime) -> tuple[str, ...]:
        """What *account*'s requests are signed with at *now*; nothing, if it made no secret."""
        found = self.found[secrets_key(account)]
        return found.valid(now) if isinstance(found, SigningSecrets) else ()


class CallbackStore:
    """Reads callbacks through a cache and writes them; passwords are sealed on the way in."""

    def __init__(
        self, *, table: str, dynamodb: "DynamoDBClient", credentials: Credentials, clock: Callable[[], float]
    ) -> None:
        """*clock* gives seconds; only differences matter."""
        self._table = Table(name=table, partition="owner", sort="event", client=dynamodb)
        self._credentials = credentials
        self._clock = clock
        self._remembered: dict[Key, tuple[float, Callback | SigningSecrets | None]] = {}

    def load(self, keys: Iterable[Key]) -> Loaded:
        """What lies under *keys*, remembered or read in one go.

        Raises:
            OurFault: the table is out of reach.
        """
        now = self._clock()
        wanted = set(keys)
        known = {key: entry[1] for key in wanted if (entry := self._remembered.get(key)) and entry[0] > now}
        loaded = Loaded(known)
        missing = wanted - known.keys()
        if missing:
            self._read(missing, loaded, until=now + FRESH_SECONDS)
        return loaded

    def put(self, callback: Callback) -> None:
        """Set *callback*, replacing the whole of what was set before (facts: POST replaces).

        Raises:
            OurFault: the table or KMS is out of reach.
        """
        self._put((callback.owner, callback.event), callback_items.to_item(callback, self._credentials))

    def put_secrets(self, secrets: SigningSecrets) -> None:
        """Set what an account signs with.

        Raises:
            OurFault: the table or KMS is out of reach.
        """
        self._put((secrets.owner, signing_items.SIGNING), signing_items.to_item(secrets, self._credentials))

    def remove(self, key: Key) -> None:
        """Forget a callback altogether (facts: `None` leaves nothing behind).

        Raises:
            OurFault: the table is out of reach.
        """
        with our_fault("removing a callback"):
            self._table.client.delete_item(TableName=self._table.name, Key=self._table.key(key))
        self._remembered.pop(key, None)

    def latest(self, callback: Callback) -> Callback:
        """*callback* as it was read or noted last."""
        entry = self._remembered.get((callback.owner, callback.event))
        return entry[1] if entry and isinstance(entry[1], Callback) else callback

    def note(self, callback: Callback) -> None:
        """Remember a change of the breaker that was just written, until the table is read again."""
        key = callback.owner, callback.event
        if entry := self._remembered.get(key):
            self._remembered[key] = entry[0], callback

    def forget(self, callback: Callback) -> None:
        """Read it from the table the next time."""
        self._remembered.pop((callback.owner, callback.event), None)

    def _put(self, key: Key, item: Item) -> None:
        with our_fault("setting a callback"):
            self._table.client.put_item(TableName=self._table.name, Item=item)
        self._remembered.pop(key, None)

    def _read(self, keys: set[Key], loaded: Loaded, *, until: float) -> None:
        items, unread = self._table.read(keys, consistent=False)
        found: dict[Key, Callback | SigningSecrets | None] = dict.fromkeys(keys - unread)
        for item in items:
            key = self._table.key_of(item)
            try:
                found[key] = self._opened(item)
            except OurFault as fault:
                # One password that KMS does not open is no reason to hold up everybody else's deliveries.
                del found[key]
                loaded.faults[key] = fault
        if len(self._remembered) + len(found) > MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered |= {key: (until, value) for key, value in found.items()}
        loaded.found.update(found)

    def _opened(self, item: Item) -> Callback | SigningSecrets:
        if item["event"]["S"] == signing_items.SIGNING:
            return signing_items.from_item(item, self._credentials)
        return callback_items.from_item(item, self._credentials)
