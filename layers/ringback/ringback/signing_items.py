"""An account's signing secrets as an item of the Callbacks table, and back; sealed like passwords."""

from datetime import datetime
from typing import TYPE_CHECKING

from ringback.credentials import Credentials
from ringback.models import SigningSecrets
from ringback.times import iso

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    from ringback.tables import Item

SIGNING = "signing_secret"
"""The sort key of an account's secrets; no kind of event has this name."""

FORMAT = 1
"""Version of the items' shape."""


def to_item(secrets: SigningSecrets, credentials: Credentials) -> dict[str, "AttributeValueTypeDef"]:
    """The item of *secrets*.

    Raises:
        OurFault: KMS is out of reach.
    """
    item: dict[str, AttributeValueTypeDef] = {
        "owner": {"S": secrets.owner},
        "event": {"S": SIGNING},
        "format": {"N": str(FORMAT)},
        "current": {"B": credentials.seal(secrets.current, owner=secrets.owner, event=SIGNING)},
    }
    if secrets.previous and secrets.previous_until:
        item["previous"] = {"B": credentials.seal(secrets.previous, owner=secrets.owner, event=SIGNING)}
        item["previous_until"] = {"S": iso(secrets.previous_until)}
    if secrets.created:
        item["created"] = {"S": iso(secrets.created)}
    return item


def from_item(item: "Item", credentials: Credentials) -> SigningSecrets:
    """The secrets that *item* holds.

    Raises:
        OurFault: KMS is out of reach, or they were sealed for another account.
    """
    owner = item["owner"]["S"]

    def opened(name: str) -> str:
        return credentials.open(bytes(item[name]["B"]), owner=owner, event=SIGNING) if name in item else ""

    return SigningSecrets(
        owner=owner,
        current=opened("current"),
        previous=opened("previous"),
        previous_until=time_of(item, "previous_until"),
        created=time_of(item, "created"),
    )


def time_of(item: "Item", name: str) -> datetime | None:
    """One of the times of *item*, which are no secret."""
    return datetime.fromisoformat(item[name]["S"]) if name in item else None
