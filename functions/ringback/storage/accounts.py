"""Write and read what belongs to a whole account: its signing secrets, sealed like passwords, and its contact.

Both are items of the Callbacks table, under the account's own owner and a sort key that is not a kind of event.
"""

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
"""The sort key of an account's signing secrets."""

SECRETS_FORMAT = 1
"""The format of their items."""

CONTACT = "contact"
"""The sort key of an account's contact."""

CONTACT_FORMAT = 1
"""The format of its items."""


def secrets_to_item(secrets: SigningSecrets, credentials: Credentials) -> dict[str, "AttributeValueTypeDef"]:
    """Return the item that holds *secrets*.

    Raises:
        InfrastructureError: KMS is unavailable.
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
    """Return the secrets that *item* holds.

    Raises:
        InfrastructureError: a newer release wrote it, it is malformed, KMS is unavailable, or they were sealed
            for another account.
    """
    with of_format("a signing secret", item, newest=SECRETS_FORMAT):
        return _secrets(item, credentials)


def get_secret_times(item: "Item") -> tuple[datetime | None, datetime | None]:
    """Return when the secret in *item* was created, and until when the one before it signs too; neither is secret.

    Raises:
        InfrastructureError: a newer release wrote it, or it is malformed.
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
    """Return the item that holds the contact of *account*."""
    return {
        "owner": {"S": build_owner(account, "")},
        "event": {"S": CONTACT},
        "format": {"N": str(CONTACT_FORMAT)},
        "email": {"S": email},
    }


def contact_from_item(item: Item) -> str:
    """Return the address that *item* holds.

    Raises:
        InfrastructureError: a newer release wrote it, or it is malformed.
    """
    with of_format("a contact", item, newest=CONTACT_FORMAT):
        return item["email"]["S"]


def load_contact(account: str, *, table: str, dynamodb: "DynamoDBClient") -> str:
    """Return the address of *account*'s contact, or an empty string if it has none.

    Raises:
        InfrastructureError: the table is unavailable, or a newer release set the contact.
    """
    callbacks = callbacks_table(table, dynamodb)
    found = callbacks.read([(build_owner(account, ""), CONTACT)])
    if found.unread:
        raise InfrastructureError("reading a contact: the table is busy")
    return contact_from_item(found.items[0]) if found.items else ""
