"""Write and read callbacks, whose passwords are sealed for their owner and event.

Also what a delivery needs of the Callbacks table in one read: callbacks, and the signing secrets of their accounts.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from ringback.aws.dynamodb import Found, Key
from ringback.aws.kms import Credentials
from ringback.aws.statements import Item
from ringback.breaker import HEALTHY, Breaker
from ringback.catalog.event_kind import Scope
from ringback.catalog.kinds import CATALOGUE
from ringback.errors import InfrastructureError
from ringback.models import Callback, CallbackType, Event, Method, SigningSecrets, build_owner, split_owner
from ringback.storage.accounts import SIGNING, secrets_from_item, secrets_to_item
from ringback.storage.formats import of_format
from ringback.storage.tables import callbacks_table
from ringback.timestamps import parse_time, to_iso

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

CALLBACK_FORMAT = 1
"""The format of their items."""

NUMBERS_INDEX = "numbers"
"""The sparse index of the Callbacks table by `account` and `owner`, for the list of an account's numbers."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a read found under its keys; a key that could not be read is missing from `found`."""

    found: dict[Key, Callback | SigningSecrets | None]
    errors: dict[Key, InfrastructureError] = field(default_factory=dict)
    """Why keys could not be read, unless the table was merely busy."""

    def __or__(self, other: "Loaded") -> "Loaded":
        """Merge both."""
        return Loaded(self.found | other.found, self.errors | other.errors)

    @property
    def keys(self) -> set[Key]:
        """All keys that were read, with or without success."""
        return self.found.keys() | self.errors.keys()

    def has(self, *keys: Key) -> bool:
        """Return whether all *keys* could be read."""
        return all(key in self.found for key in keys)

    def error(self, *keys: Key) -> InfrastructureError | None:
        """Return why one of *keys* could not be read, if that is known."""
        return next((self.errors[key] for key in keys if key in self.errors), None)

    def callback(self, key: Key) -> Callback | None:
        """Return the callback under *key* (owner, kind of event), if one is set."""
        found = self.found[key]
        return found if isinstance(found, Callback) else None

    def secrets(self, account: str, now: datetime) -> tuple[str, ...]:
        """Return the secrets that sign *account*'s requests at *now*; none if it has not created any."""
        found = self.found[secrets_key(account)]
        return found.valid(now) if isinstance(found, SigningSecrets) else ()


class CallbackStore:
    """Read callbacks as they are at this moment, and set them; passwords are stored sealed.

    No callback is cached. Decrypted passwords are, by their ciphertext (`Credentials`).
    """

    def __init__(self, *, table: str, dynamodb: "DynamoDBClient", credentials: Credentials) -> None:
        self.table = callbacks_table(table, dynamodb)
        self._credentials = credentials

    def load(self, keys: Iterable[Key]) -> Loaded:
        """Read what is stored under *keys*.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        keys = set(keys)
        return self.opened(keys, self.table.read(keys)) if keys else Loaded({})

    def opened(self, keys: Iterable[Key], found: Found) -> Loaded:
        """Parse items that were read from this table under *keys* into callbacks and secrets."""
        loaded = Loaded(dict.fromkeys(set(keys) - found.unread))
        for item in found.items:
            key = self.table.key_of(item)
            try:
                loaded.found[key] = self._opened(item)
            except InfrastructureError as error:
                # A password that KMS does not decrypt must not hold up everybody else's deliveries.
                del loaded.found[key]
                loaded.errors[key] = error
        return loaded

    def put(self, callback: Callback) -> None:
        """Set *callback*, replacing the whole of what was set before (facts: POST replaces).

        Raises:
            InfrastructureError: the table or KMS is unavailable.
        """
        self._put(callback_to_item(callback, self._credentials))

    def put_secrets(self, secrets: SigningSecrets) -> None:
        """Set the secrets that an account signs with.

        Raises:
            InfrastructureError: the table or KMS is unavailable.
        """
        self._put(secrets_to_item(secrets, self._credentials))

    def remove(self, key: Key) -> None:
        """Remove a callback entirely (facts: `None` leaves nothing behind).

        Raises:
            InfrastructureError: the table is unavailable.
        """
        self.table.delete(key, doing="removing a callback")

    def _put(self, item: Item) -> None:
        self.table.put(item, doing="setting a callback")

    def _opened(self, item: Item) -> Callback | SigningSecrets:
        if item["event"]["S"] == SIGNING:
            return secrets_from_item(item, self._credentials)
        return callback_from_item(item, self._credentials)


def callback_to_item(callback: Callback, credentials: Credentials) -> dict[str, "AttributeValueTypeDef"]:
    """Return the item that holds *callback*; what is not set is left out.

    Raises:
        InfrastructureError: KMS is unavailable.
    """
    texts = {
        "owner": callback.owner,
        "account": _account_of_a_number(callback.owner),
        "event": callback.event,
        "type": callback.type,
        "email": callback.email,
        "method": callback.method or "",
        "url": callback.url,
        "url_username": callback.url_username,
        "disabled": callback.disabled,
        "disabled_at": to_iso(callback.disabled_at) if callback.disabled_at else "",
        "refused": callback.refused,
    }
    item: dict[str, AttributeValueTypeDef] = {"format": {"N": str(CALLBACK_FORMAT)}}
    item |= {name: {"S": text} for name, text in texts.items() if text}
    if callback.url_password:
        sealed = credentials.seal(callback.url_password, owner=callback.owner, event=callback.event)
        item["url_password"] = {"B": sealed}
    return item


def _account_of_a_number(owner: str) -> str:
    """Return the partition of the index; what belongs to a whole account is not on it."""
    account, fonenumber = split_owner(owner)
    return account if fonenumber else ""


def callback_from_item(item: "Item", credentials: Credentials | None) -> Callback:
    """Return the callback that *item* holds; without *credentials*, leave its password out.

    Raises:
        InfrastructureError: a newer release wrote it, it is malformed, KMS is unavailable, or the password was sealed
            for another owner or event.
    """
    with of_format("a callback", item, newest=CALLBACK_FORMAT):
        return _callback(item, credentials)


def _callback(item: "Item", credentials: Credentials | None) -> Callback:
    texts = {name: value["S"] for name, value in item.items() if "S" in value}
    callback = Callback(
        owner=texts["owner"],
        event=texts["event"],
        type=CallbackType(texts["type"]),
        email=texts.get("email", ""),
        method=Method(texts["method"]) if "method" in texts else None,
        url=texts.get("url", ""),
        url_username=texts.get("url_username", ""),
        disabled=texts.get("disabled", ""),
        disabled_at=parse_time(texts["disabled_at"]) if "disabled_at" in texts else None,
        refused=texts.get("refused", ""),
        breaker=parse_breaker(item),
    )
    if credentials is None or "url_password" not in item:
        return callback
    sealed = bytes(item["url_password"]["B"])
    return replace(callback, url_password=credentials.open(sealed, owner=callback.owner, event=callback.event))


def parse_breaker(item: "Item") -> Breaker:
    """Return the breaker on the item of a callback; `BreakerStore` writes it, and setting the callback removes it."""
    if "failures" not in item:
        return HEALTHY
    return Breaker(
        failures=int(item["failures"]["N"]),
        failing_since=parse_time(item["failing_since"]["S"]),
        open_until=parse_time(item["open_until"]["S"]) if "open_until" in item else None,
        probes=int(item["probes"]["N"]) if "probes" in item else 0,
    )


def callback_key(event: Event) -> Key:
    """Return the key of the callback for *event*; an account-wide kind has one for all numbers."""
    account_wide = CATALOGUE[event.kind].scope is Scope.ACCOUNT
    return build_owner(event.account, "" if account_wide else event.fonenumber), event.kind


def secrets_key(account: str) -> Key:
    """Return the key of an *account*'s signing secrets."""
    return build_owner(account, ""), SIGNING


def is_secrets_key(key: Key) -> bool:
    """Return whether *key* is that of an account's signing secrets."""
    return key[1] == SIGNING
