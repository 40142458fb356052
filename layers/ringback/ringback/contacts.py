"""The contact of an account: the address that is told when one of its callbacks is turned off."""

from typing import TYPE_CHECKING

from ringback.models import owner_of
from ringback.tables import Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CONTACT = "contact"
"""Its sort key in the Callbacks table, beside the account's signing secrets; no kind of event has this name."""


def contact_of(account: str, *, table: str, dynamodb: "DynamoDBClient") -> str:
    """The address, or nothing.

    Raises:
        OurFault: the table is out of reach.
    """
    callbacks = Table(name=table, partition="owner", sort="event", client=dynamodb)
    items, _ = callbacks.read([(owner_of(account, ""), CONTACT)], consistent=False)
    return items[0]["email"]["S"] if items else ""
