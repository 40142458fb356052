"""What belongs to an account as a whole: its signing secrets and its contact, in the Callbacks table."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ringback import contacts, signing_items
from ringback.aws import our_fault
from ringback.contacts import CONTACT
from ringback.credentials import Credentials
from ringback.errors import Conflict, InvalidSetting
from ringback.models import SigningSecrets, owner_of
from ringback.signing_items import SIGNING
from ringback.tables import Item, Table

OVERLAP = timedelta(hours=24)
"""For how long a secret still signs after its rotation."""


class AccountItems:
    """Reads and changes them."""

    def __init__(self, *, table: Table, credentials: Credentials) -> None:
        self._table = table
        self._credentials = credentials

    def signing_times(self, account: str) -> tuple[datetime | None, datetime | None] | None:
        """When the secret was made and until when the previous one signs too; None if there is no secret.

        Raises:
            OurFault: the table is out of reach.
        """
        item = self._read(account, SIGNING)
        return None if item is None else signing_items.times_of(item)

    def secrets(self, account: str, now: datetime) -> tuple[str, ...]:
        """What the account's requests are signed with at *now*.

        Raises:
            OurFault: the table or KMS is out of reach.
        """
        item = self._read(account, SIGNING)
        return signing_items.from_item(item, self._credentials).valid(now) if item else ()

    def create_secret(self, account: str, now: datetime, secret: str) -> SigningSecrets | None:
        """Make *secret* the account's first one; None if it has one.

        Raises:
            OurFault: the table or KMS is out of reach.
        """
        secrets = SigningSecrets(owner=owner_of(account, ""), current=secret, created=now)
        return self._put_secrets(secrets, "attribute_not_exists(#current)", before=None)

    def rotate_secret(self, account: str, now: datetime, secret: str) -> SigningSecrets | None:
        """Make *secret* the new one, beside which the one before it signs for a while; None if there is none to rotate.

        Raises:
            Conflict: another request rotated or removed it at the same time.
            InvalidSetting: it is the one that signs now.
            OurFault: the table or KMS is out of reach.
        """
        item = self._read(account, SIGNING)
        if item is None:
            return None
        before = signing_items.from_item(item, self._credentials)
        if secret == before.current:
            raise InvalidSetting("secret", "it is the one that signs now; give another one, or none to have one made")
        after = replace(
            before,
            current=secret,
            created=now,
            previous=before.current,
            previous_until=now + OVERLAP,
        )
        rotated = self._put_secrets(after, "#current = :before", before=item)
        if rotated is None:
            raise Conflict("rotating a signing secret")
        return rotated

    def remove_secrets(self, account: str) -> None:
        """Sign no more, with an older secret neither.

        Raises:
            OurFault: the table is out of reach.
        """
        with our_fault("removing a signing secret"):
            self._table.client.delete_item(
                TableName=self._table.name, Key=self._table.key((owner_of(account, ""), SIGNING))
            )

    def contact(self, account: str) -> str:
        """The address that is told when a callback is turned off; empty if there is none.

        Raises:
            OurFault: the table is out of reach.
        """
        item = self._read(account, CONTACT)
        return contacts.from_item(item) if item else ""

    def set_contact(self, account: str, email: str) -> None:
        """Set that address, or forget it where *email* is empty.

        Raises:
            OurFault: the table is out of reach.
        """
        key = self._table.key((owner_of(account, ""), CONTACT))
        with our_fault("setting a contact"):
            if email:
                self._table.client.put_item(TableName=self._table.name, Item=contacts.to_item(account, email))
            else:
                self._table.client.delete_item(TableName=self._table.name, Key=key)

    def _read(self, account: str, name: str) -> Item | None:
        with our_fault("reading an account"):
            answer = self._table.client.get_item(
                TableName=self._table.name, Key=self._table.key((owner_of(account, ""), name)), ConsistentRead=True
            )
        return answer.get("Item")

    def _put_secrets(self, secrets: SigningSecrets, condition: str, *, before: Item | None) -> SigningSecrets | None:
        put: dict[str, Any] = {
            "TableName": self._table.name,
            "Item": signing_items.to_item(secrets, self._credentials),
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {"#current": "current"},
        }
        if before:
            put["ExpressionAttributeValues"] = {":before": before["current"]}
        try:
            with our_fault("setting a signing secret"):
                self._table.client.put_item(**put)
        except Conflict:
            return None
        return secrets
