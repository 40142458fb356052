"""The service's own key: what it signs goes out to customers, comes back, and is known again.

It lies in the Callbacks table, sealed by KMS as credentials are. It is made when it is first needed, and opened once by
each execution environment. Each purpose has a key of its own that is derived from it, so that nothing signed for one
is good for another, and there is one secret to seal, to open and to rotate.
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
"""No account has this name."""

SERVICE_KEY = "service_key"
"""The sort key; no kind of event has this name."""

FORMAT = 1
"""Of the item."""

KEY_BYTES = 32

REMEMBERED = timedelta(minutes=1)
"""For how long an environment takes the key for the one that is stored; after a rotation, the old one works so long."""

PLACE: Key = OWNER, SERVICE_KEY


class ServiceKey:
    """Derives keys from the one that is stored."""

    def __init__(self, *, table: Table, credentials: Credentials, random_bytes: Callable[[int], bytes]) -> None:
        self._table = table
        self._credentials = credentials
        self._random_bytes = random_bytes
        self._key = b""
        self._read: datetime | None = None

    def derived(self, purpose: str, now: datetime) -> bytes:
        """Return the key for that *purpose*.

        Raises:
            OurFault: the table or KMS is out of reach.
        """
        if self._read is None or not timedelta() <= now - self._read < REMEMBERED:
            item = self._table.get(PLACE) or self._made(now)
            self._key, self._read = from_item(item, self._credentials), now
        return derived(self._key, purpose)

    def _made(self, now: datetime) -> Item:
        """Store a new key; of two environments that make one at once, the first one's stands for both."""
        item = to_item(self._random_bytes(KEY_BYTES), self._credentials, created=now)
        nothing = Condition(holds="attribute_not_exists(#owner)")
        written = self._table.put(item, doing="making the service's key", only_if=nothing)
        return item if written.done else written.item


def derived(key: bytes, purpose: str) -> bytes:
    """Return the key for that *purpose* that follows from *key*, and from which *key* does not."""
    return hmac.digest(key, purpose.encode(), "sha256")


def to_item(key: bytes, credentials: Credentials, *, created: datetime) -> dict[str, "AttributeValueTypeDef"]:
    """Return the item of *key*, sealed.

    Raises:
        OurFault: KMS is out of reach.
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
        OurFault: a newer release made it, it is none, or KMS does not open it.
    """
    with of_format("the service's key", item, newest=FORMAT):
        return bytes.fromhex(credentials.open(bytes(item["key"]["B"]), owner=OWNER, event=SERVICE_KEY))
