"""The contact of an account: the address that is told when one of its callbacks is turned off."""

from typing import TYPE_CHECKING

from ringback.errors import OurFault
from ringback.formats import of_format
from ringback.models import owner_of
from ringback.tables import Item, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

FORMAT = 1
"""Of the items."""

CONTACT = "contact"
"""Its sort key in the Callbacks table, beside the account's signing secrets; no kind of event has this name."""


def to_item(account: str, email: str) -> dict[str, "AttributeValueTypeDef"]:
    """The item of *account*'s contact."""
    return {
        "owner": {"S": owner_of(account, "")},
        "event": {"S": CONTACT},
        "format": {"N": str(FORMAT)},
        "email": {"S": email},
    }


def from_item(item: Item) -> str:
    """The address that *item* holds.

    Raises:
        OurFault: a newer release made it, or it is none.
    """
    with of_format("a contact", item, newest=FORMAT):
        return item["email"]["S"]


def contact_of(account: str, *, table: str, dynamodb: "DynamoDBClient") -> str:
    """The address, or nothing.

    Raises:
        OurFault: the table is out of reach, or a newer release set the contact.
    """
    callbacks = Table(name=table, partition="owner", sort="event", client=dynamodb)
    found = callbacks.read([(owner_of(account, ""), CONTACT)])
    if found.unread:
        raise OurFault("reading a contact: the table is busy")
    return from_item(found.items[0]) if found.items else ""
