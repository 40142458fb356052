"""What belongs to an account as a whole: its signing secrets and its contact, in the Callbacks table."""

from dataclasses import replace
from datetime import datetime, timedelta

from api.gateway.errors import conflict
from ringback.aws.dynamodb import Table
from ringback.aws.kms import Credentials
from ringback.aws.statements import Condition, Item
from ringback.errors import Conflict, InvalidSetting
from ringback.models import PreviousSecret, SigningSecrets, build_owner
from ringback.storage.accounts import (
    CONTACT,
    SIGNING,
    contact_from_item,
    contact_to_item,
    get_secret_times,
    secrets_from_item,
    secrets_to_item,
)
from ringback.timestamps import to_iso

OVERLAP = timedelta(hours=24)
"""For how long a secret still signs after its rotation."""

MAX_PREVIOUS = 3
"""Secrets that sign beside the newest; a header of four signatures takes some 200 bytes."""


class AccountItems:
    """Reads and changes them."""

    def __init__(self, *, table: Table, credentials: Credentials) -> None:
        self._table = table
        self._credentials = credentials

    def signing_times(self, account: str) -> tuple[datetime | None, datetime | None] | None:
        """When the secret was made and until when the last one before it signs too; None if there is no secret.

        Raises:
            OurFault: the table is out of reach.
        """
        item = self._read(account, SIGNING)
        return None if item is None else get_secret_times(item)

    def secrets(self, account: str, now: datetime) -> tuple[str, ...]:
        """What the account's requests are signed with at *now*.

        Raises:
            OurFault: the table or KMS is out of reach.
        """
        item = self._read(account, SIGNING)
        return secrets_from_item(item, self._credentials).valid(now) if item else ()

    def create_secret(self, account: str, now: datetime, secret: str) -> SigningSecrets | None:
        """Make *secret* the account's first one; None if it has one.

        Raises:
            OurFault: the table or KMS is out of reach.
        """
        secrets = SigningSecrets(owner=build_owner(account, ""), current=secret, created=now)
        return self._put_secrets(secrets, Condition(holds="attribute_not_exists(#current)"))

    def rotate_secret(self, account: str, now: datetime, secret: str) -> SigningSecrets | None:
        """Make *secret* the new one, beside which those before it sign for a while; None if there is none to rotate.

        Raises:
            Conflict: another request rotated or removed it at the same time.
            InvalidSetting: it is the one that signs now.
            Problem: too many of those before it still sign (409).
            OurFault: the table or KMS is out of reach.
        """
        item = self._read(account, SIGNING)
        if item is None:
            return None
        before = secrets_from_item(item, self._credentials)
        after = _rotated(before, secret, now)
        unchanged = Condition(holds="#current = :before", values={":before": item["current"]})
        rotated = self._put_secrets(after, unchanged)
        if rotated is None:
            raise Conflict("rotating a signing secret")
        return rotated

    def remove_secrets(self, account: str) -> None:
        """Sign no more, with an older secret neither.

        Raises:
            OurFault: the table is out of reach.
        """
        self._table.delete((build_owner(account, ""), SIGNING), doing="removing a signing secret")

    def contact(self, account: str) -> str:
        """The address that is told when a callback is turned off; empty if there is none.

        Raises:
            OurFault: the table is out of reach.
        """
        item = self._read(account, CONTACT)
        return contact_from_item(item) if item else ""

    def set_contact(self, account: str, email: str) -> None:
        """Set that address, or forget it where *email* is empty.

        Raises:
            OurFault: the table is out of reach.
        """
        if email:
            self._table.put(contact_to_item(account, email), doing="setting a contact")
        else:
            self._table.delete((build_owner(account, ""), CONTACT), doing="forgetting a contact")

    def _read(self, account: str, name: str) -> Item | None:
        return self._table.get((build_owner(account, ""), name))

    def _put_secrets(self, secrets: SigningSecrets, only_if: Condition) -> SigningSecrets | None:
        item = secrets_to_item(secrets, self._credentials)
        return secrets if self._table.put(item, doing="setting a signing secret", only_if=only_if).done else None


def _rotated(before: SigningSecrets, secret: str, now: datetime) -> SigningSecrets:
    if secret == before.current:
        raise InvalidSetting("secret", "already in use; give another secret, or leave it out to have one generated")
    earlier = tuple(previous for previous in before.signing(now) if previous.secret != secret)
    if len(earlier) >= MAX_PREVIOUS:
        raise conflict(
            f"{len(earlier)} earlier secrets still sign alongside this one, which is the maximum; rotate again after"
            f" {to_iso(earlier[-1].until)}, when the oldest expires, or DELETE all of them"
        )
    last = PreviousSecret(secret=before.current, until=now + OVERLAP)
    return replace(before, current=secret, created=now, previous=(last, *earlier))
