"""An account's signing secrets as an item of the Callbacks table, and back; sealed like passwords."""

from datetime import datetime
from typing import TYPE_CHECKING

from ringback.credentials import Credentials
from ringback.formats import of_format
from ringback.models import SigningSecrets
from ringback.times import iso

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    from ringback.tables import Item

SIGNING = "signing_secret"
"""The sort key of an account's secrets; no kind of event has this name."""

FORMAT = 1
"""Of the items."""


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
        OurFault: a newer release made it, it is none, KMS is out of reach, or they were sealed for another account.
    """
    with of_format("a signing secret", item, newest=FORMAT):
        return _secrets(item, credentials)


def times_of(item: "Item") -> tuple[datetime | None, datetime | None]:
    """When the secret in *item* was made and until when the one before it signs too; neither is secret.

    Raises:
        OurFault: a newer release made it, or it is none.
    """
    with of_format("a signing secret", item, newest=FORMAT):
        return _time(item, "created"), _time(item, "previous_until")


def _secrets(item: "Item", credentials: Credentials) -> SigningSecrets:
    owner = item["owner"]["S"]

    def opened(name: str) -> str:
        return credentials.open(bytes(item[name]["B"]), owner=owner, event=SIGNING) if name in item else ""

    return SigningSecrets(
        owner=owner,
        current=opened("current"),
        previous=opened("previous"),
        previous_until=_time(item, "previous_until"),
        created=_time(item, "created"),
    )


def _time(item: "Item", name: str) -> datetime | None:
    return datetime.fromisoformat(item[name]["S"]) if name in item else None
