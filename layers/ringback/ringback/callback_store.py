"""The Callbacks table: what each customer wants, and what each account signs with."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from ringback import callback_items, signing_items
from ringback.catalogue_data import CATALOGUE
from ringback.credentials import Credentials
from ringback.errors import OurFault
from ringback.event_kinds import Scope
from ringback.models import Callback, Event, SigningSecrets, owner_of
from ringback.tables import Found, Item, Key, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


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

    def __or__(self, other: "Loaded") -> "Loaded":
        """Both together."""
        return Loaded(self.found | other.found, self.faults | other.faults)

    @property
    def keys(self) -> set[Key]:
        """All that was read, whatever came of it."""
        return self.found.keys() | self.faults.keys()

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
    """Reads callbacks as they are at this moment, and sets them; passwords are sealed on the way in.

    Nothing is remembered, neither a callback nor that there is none: a setting counts from the next event on. What KMS
    opened once is (`Credentials`), by its ciphertext.
    """

    def __init__(self, *, table: str, dynamodb: "DynamoDBClient", credentials: Credentials) -> None:
        self.table = Table(name=table, partition="owner", sort="event", client=dynamodb)
        self._credentials = credentials

    def load(self, keys: Iterable[Key]) -> Loaded:
        """Read what lies under *keys*.

        Raises:
            OurFault: the table is out of reach.
        """
        keys = set(keys)
        return self.opened(keys, self.table.read(keys)) if keys else Loaded({})

    def opened(self, keys: Iterable[Key], found: Found) -> Loaded:
        """Make callbacks and secrets of items that were read from this table under *keys*."""
        loaded = Loaded(dict.fromkeys(set(keys) - found.unread))
        for item in found.items:
            key = self.table.key_of(item)
            try:
                loaded.found[key] = self._opened(item)
            except OurFault as fault:
                # One password that KMS does not open is no reason to hold up everybody else's deliveries.
                del loaded.found[key]
                loaded.faults[key] = fault
        return loaded

    def put(self, callback: Callback) -> None:
        """Set *callback*, replacing the whole of what was set before (facts: POST replaces).

        Raises:
            OurFault: the table or KMS is out of reach.
        """
        self._put(callback_items.to_item(callback, self._credentials))

    def put_secrets(self, secrets: SigningSecrets) -> None:
        """Set what an account signs with.

        Raises:
            OurFault: the table or KMS is out of reach.
        """
        self._put(signing_items.to_item(secrets, self._credentials))

    def remove(self, key: Key) -> None:
        """Forget a callback altogether (facts: `None` leaves nothing behind).

        Raises:
            OurFault: the table is out of reach.
        """
        self.table.delete(key, doing="removing a callback")

    def _put(self, item: Item) -> None:
        self.table.put(item, doing="setting a callback")

    def _opened(self, item: Item) -> Callback | SigningSecrets:
        if item["event"]["S"] == signing_items.SIGNING:
            return signing_items.from_item(item, self._credentials)
        return callback_items.from_item(item, self._credentials)
