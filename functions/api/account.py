"""An account's signing secrets and contact, stored in the Callbacks table."""

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
"""How long a secret keeps signing after it has been rotated."""

MAX_PREVIOUS = 3
"""Earlier secrets that sign alongside the newest; a header of four signatures takes some 200 bytes."""


class AccountItems:
    """Read and change signing secrets and contacts."""

    def __init__(self, *, table: Table, credentials: Credentials) -> None:
        self._table = table
        self._credentials = credentials

    def signing_times(self, account: str) -> tuple[datetime | None, datetime | None] | None:
        """Return when the secret was created and until when the previous one signs too; None without a secret.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        item = self._read(account, SIGNING)
        return None if item is None else get_secret_times(item)

    def secrets(self, account: str, now: datetime) -> tuple[str, ...]:
        """Return the secrets that sign the account's requests at *now*.

        Raises:
            InfrastructureError: the table or KMS is unavailable.
        """
        item = self._read(account, SIGNING)
        return secrets_from_item(item, self._credentials).valid(now) if item else ()

    def create_secret(self, account: str, now: datetime, secret: str) -> SigningSecrets | None:
        """Store *secret* as the account's first one; return None if it already has one.

        Raises:
            InfrastructureError: the table or KMS is unavailable.
        """
        secrets = SigningSecrets(owner=build_owner(account, ""), current=secret, created=now)
        return self._put_secrets(secrets, Condition(holds="attribute_not_exists(#current)"))

    def rotate_secret(self, account: str, now: datetime, secret: str) -> SigningSecrets | None:
        """Replace the current secret, which keeps signing for a while; return None if there is none to rotate.

        Raises:
            Conflict: another request rotated or removed the secret at the same time.
            InvalidSetting: *secret* is already the current one.
            Problem: too many earlier secrets still sign (409).
            InfrastructureError: the table or KMS is unavailable.
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
        """Delete the current secret and all earlier ones.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        self._table.delete((build_owner(account, ""), SIGNING), doing="removing a signing secret")

    def contact(self, account: str) -> str:
        """Return the address that is notified when a callback is turned off; empty if there is none.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        item = self._read(account, CONTACT)
        return contact_from_item(item) if item else ""

    def set_contact(self, account: str, email: str) -> None:
        """Store the address that is notified, or delete it if *email* is empty.

        Raises:
            InfrastructureError: the table is unavailable.
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
