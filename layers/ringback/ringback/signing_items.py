"""An account's signing secrets as an item of the Callbacks table, and back; sealed like passwords."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ringback.credentials import Credentials
from ringback.formats import of_format
from ringback.models import PreviousSecret, SigningSecrets
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

    def sealed(secret: str) -> "AttributeValueTypeDef":
        return {"B": credentials.seal(secret, owner=secrets.owner, event=SIGNING)}

    item: dict[str, AttributeValueTypeDef] = {
        "owner": {"S": secrets.owner},
        "event": {"S": SIGNING},
        "format": {"N": str(FORMAT)},
        "current": sealed(secrets.current),
    }
    if secrets.previous:
        item["previous"] = {
            "L": [
                {"M": {"secret": sealed(previous.secret), "until": {"S": iso(previous.until)}}}
                for previous in secrets.previous
            ]
        }
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
    """When the secret in *item* was made and until when the last one before it signs too; neither is secret.

    Raises:
        OurFault: a newer release made it, or it is none.
    """
    with of_format("a signing secret", item, newest=FORMAT):
        previous = _previous(item)
        return _time(item, "created"), _time(previous[0], "until") if previous else None


def _secrets(item: "Item", credentials: Credentials) -> SigningSecrets:
    owner = item["owner"]["S"]

    def opened(sealed: "AttributeValueTypeDef") -> str:
        return credentials.open(bytes(sealed["B"]), owner=owner, event=SIGNING)

    return SigningSecrets(
        owner=owner,
        current=opened(item["current"]),
        previous=tuple(
            PreviousSecret(secret=opened(previous["secret"]), until=datetime.fromisoformat(previous["until"]["S"]))
            for previous in _previous(item)
        ),
        created=_time(item, "created"),
    )


def _previous(item: "Item") -> Sequence["Item"]:
    return [previous["M"] for previous in item["previous"]["L"]] if "previous" in item else []


def _time(item: "Item", name: str) -> datetime | None:
    return datetime.fromisoformat(item[name]["S"]) if name in item else None
