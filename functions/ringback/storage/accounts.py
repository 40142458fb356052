"""An account's signing secrets as an item of the Callbacks table, and back; sealed like passwords."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ringback.aws.kms import Credentials
from ringback.aws.statements import Item
from ringback.errors import InfrastructureError
from ringback.models import PreviousSecret, SigningSecrets, build_owner
from ringback.storage.formats import of_format
from ringback.storage.tables import callbacks_table
from ringback.timestamps import to_iso

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

SIGNING = "signing_secret"
"""The sort key of an account's secrets; no kind of event has this name."""

SECRETS_FORMAT = 1
"""Of the items."""

CONTACT_FORMAT = 1
"""Of the items."""

CONTACT = "contact"
"""Its sort key in the Callbacks table, beside the account's signing secrets; no kind of event has this name."""


def secrets_to_item(secrets: SigningSecrets, credentials: Credentials) -> dict[str, "AttributeValueTypeDef"]:
    """The item of *secrets*.

    Raises:
        InfrastructureError: KMS is out of reach.
    """

    def sealed(secret: str) -> "AttributeValueTypeDef":
        return {"B": credentials.seal(secret, owner=secrets.owner, event=SIGNING)}

    item: dict[str, AttributeValueTypeDef] = {
        "owner": {"S": secrets.owner},
        "event": {"S": SIGNING},
        "format": {"N": str(SECRETS_FORMAT)},
        "current": sealed(secrets.current),
    }
    if secrets.previous:
        item["previous"] = {
            "L": [
                {"M": {"secret": sealed(previous.secret), "until": {"S": to_iso(previous.until)}}}
                for previous in secrets.previous
            ]
        }
    if secrets.created:
        item["created"] = {"S": to_iso(secrets.created)}
    return item


def secrets_from_item(item: "Item", credentials: Credentials) -> SigningSecrets:
    """The secrets that *item* holds.

    Raises:
        InfrastructureError: a newer release made it, it is none, KMS is out of reach, or they were sealed for
            another account.
    """
    with of_format("a signing secret", item, newest=SECRETS_FORMAT):
        return _secrets(item, credentials)


def get_secret_times(item: "Item") -> tuple[datetime | None, datetime | None]:
    """When the secret in *item* was made and until when the last one before it signs too; neither is secret.

    Raises:
        InfrastructureError: a newer release made it, or it is none.
    """
    with of_format("a signing secret", item, newest=SECRETS_FORMAT):
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


def contact_to_item(account: str, email: str) -> dict[str, "AttributeValueTypeDef"]:
    """The item of *account*'s contact."""
    return {
        "owner": {"S": build_owner(account, "")},
        "event": {"S": CONTACT},
        "format": {"N": str(CONTACT_FORMAT)},
        "email": {"S": email},
    }


def contact_from_item(item: Item) -> str:
    """The address that *item* holds.

    Raises:
        InfrastructureError: a newer release made it, or it is none.
    """
    with of_format("a contact", item, newest=CONTACT_FORMAT):
        return item["email"]["S"]


def load_contact(account: str, *, table: str, dynamodb: "DynamoDBClient") -> str:
    """The address, or nothing.

    Raises:
        InfrastructureError: the table is out of reach, or a newer release set the contact.
    """
    callbacks = callbacks_table(table, dynamodb)
    found = callbacks.read([(build_owner(account, ""), CONTACT)])
    if found.unread:
        raise InfrastructureError("reading a contact: the table is busy")
    return contact_from_item(found.items[0]) if found.items else ""
