"""The service's own key, which signs the cursors and sessions that customers hold and send back.

It is stored in the Callbacks table, sealed by KMS like credentials, created when it is first needed, and opened once by
each execution environment. A separate key is derived from it for each purpose, so that nothing signed for one is valid
for another, while there is only one secret to seal and to rotate.
"""

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ringback.aws.dynamodb import Key, Table
from ringback.aws.kms import Credentials
from ringback.aws.statements import Condition, Item
from ringback.models import build_owner
from ringback.storage.formats import of_format
from ringback.timestamps import to_iso

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

OWNER = build_owner("*", "")
"""Its owner in the table; no account has this name."""

SERVICE_KEY = "service_key"
"""The sort key; no kind of event has this name."""

FORMAT = 1
"""The format of the item."""

KEY_BYTES = 32

REMEMBERED = timedelta(minutes=1)
"""How long an environment keeps the key before it reads it again; the old one works that long after a rotation."""

PLACE: Key = OWNER, SERVICE_KEY


class ServiceKey:
    """Derive keys from the stored one."""

    def __init__(self, *, table: Table, credentials: Credentials, random_bytes: Callable[[int], bytes]) -> None:
        self._table = table
        self._credentials = credentials
        self._random_bytes = random_bytes
        self._key = b""
        self._read: datetime | None = None

    def derived(self, purpose: str, now: datetime) -> bytes:
        """Return the current key for *purpose*.

        Raises:
            InfrastructureError: the table or KMS is unavailable.
        """
        if self._read is None or not timedelta() <= now - self._read < REMEMBERED:
            item = self._table.get(PLACE) or self._made(now)
            self._key, self._read = from_item(item, self._credentials), now
        return derived(self._key, purpose)

    def _made(self, now: datetime) -> Item:
        """Store a new key; if two environments do so at once, both use the first."""
        item = to_item(self._random_bytes(KEY_BYTES), self._credentials, created=now)
        nothing = Condition(holds="attribute_not_exists(#owner)")
        written = self._table.put(item, doing="making the service's key", only_if=nothing)
        return item if written.done else written.item


def derived(key: bytes, purpose: str) -> bytes:
    """Derive the key for *purpose* from *key*; it does not reveal *key*."""
    return hmac.digest(key, purpose.encode(), "sha256")


def to_item(key: bytes, credentials: Credentials, *, created: datetime) -> dict[str, "AttributeValueTypeDef"]:
    """Return the item that stores *key*, sealed.

    Raises:
        InfrastructureError: KMS is unavailable.
    """
    return {
        "owner": {"S": OWNER},
        "event": {"S": SERVICE_KEY},
        "format": {"N": str(FORMAT)},
        "key": {"B": credentials.seal(key.hex(), owner=OWNER, event=SERVICE_KEY)},
        "created": {"S": to_iso(created)},
    }


def from_item(item: Item, credentials: Credentials) -> bytes:
    """Return the key that *item* holds.

    Raises:
        InfrastructureError: a newer release wrote it, it is malformed, or KMS does not open it.
    """
    with of_format("the service's key", item, newest=FORMAT):
        return bytes.fromhex(credentials.open(bytes(item["key"]["B"]), owner=OWNER, event=SERVICE_KEY))
