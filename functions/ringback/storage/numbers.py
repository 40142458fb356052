"""Read and change the Callbacks table as customers see it: a number's callbacks, and an account's numbers."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from ringback.aws.dynamodb import Key, Table
from ringback.aws.kms import Credentials
from ringback.aws.statements import Condition, Item
from ringback.catalog.payload import CATALOGUE
from ringback.errors import InfrastructureError
from ringback.models import Callback, build_owner, split_owner
from ringback.storage.callbacks import NUMBERS_INDEX, callback_from_item, callback_to_item

type Callbacks = Mapping[str, Callback]
"""Callbacks of one owner, by kind of event."""

KINDS_OF_A_NUMBER = len(CATALOGUE)
"""Items of one number, at most."""

NUMBERS_AT_ONCE = 500
"""Numbers whose callbacks one query reads when only the numbers are wanted; about as many as fit into 1 MiB."""


class Numbers:
    """Read callbacks as they are set now, and change them."""

    def __init__(self, *, table: Table, credentials: Credentials) -> None:
        self._table = table
        self._credentials = credentials

    def shown(self, owner: str) -> Callbacks:
        """Return the callbacks of *owner* without their passwords, so that KMS is not called.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        return {item["event"]["S"]: callback_from_item(item, credentials=None) for item in self._items(owner)}

    def callbacks(self, owner: str) -> Callbacks:
        """Return the callbacks of *owner*, passwords included.

        Raises:
            InfrastructureError: the table or KMS is unavailable.
        """
        opened = (callback_from_item(item, self._credentials) for item in self._items(owner))
        return {callback.event: callback for callback in opened}

    def callback(self, key: Key) -> Callback | None:
        """Return the callback under *key*, password included.

        Raises:
            InfrastructureError: the table or KMS is unavailable.
        """
        item = self._table.get(key)
        return callback_from_item(item, self._credentials) if item else None

    def change(self, changes: Mapping[Key, Callback | None], *, declared_by: str = "") -> None:
        """Set callbacks, and remove those that are None, all or nothing.

        *declared_by* is the stack resource that declares them; whoever sets a callback next takes it over.

        Raises:
            InfrastructureError: the table or KMS is unavailable.
        """
        items = [self._item(callback, declared_by) for callback in changes.values() if callback]
        gone = [key for key, callback in changes.items() if callback is None]
        self._table.change_together(items, gone, doing="setting callbacks")

    def withdraw(self, key: Key, *, declared_by: str) -> bool:
        """Remove a callback unless another stack resource has taken it over; return whether it was removed.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        still_mine = Condition(
            holds="attribute_not_exists(declared_by) OR declared_by = :me", values={":me": {"S": declared_by}}
        )
        return self._table.delete(key, doing="removing a callback", only_if=still_mine).done

    def page(self, account: str, *, after: str, limit: int) -> tuple[list[tuple[str, Callbacks]], bool]:
        """Return the callbacks of the next *limit* numbers of *account*, and whether there are more.

        A number that was set within the last second may be missing.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        found: list[tuple[str, Callbacks]] = []
        numbers = groupby(self._index(account, after, limit + 1), key=lambda item: item["owner"]["S"])
        for owner, items in numbers:
            if len(found) == limit:
                return found, True
            callbacks = {item["event"]["S"]: callback_from_item(item, credentials=None) for item in items}
            found.append((split_owner(owner)[1], callbacks))
        return found, False

    def fonenumbers(self, account: str, *, after: str = "") -> Iterator[str]:
        """Yield the numbers of *account* that have a callback, starting after the number *after*.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        for owner, _ in groupby(self._index(account, after, NUMBERS_AT_ONCE), key=lambda item: item["owner"]["S"]):
            yield split_owner(owner)[1]

    def live(self, keys: Iterable[Key]) -> set[Key]:
        """Return those of *keys* that have a callback that is not turned off.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        return {key for key, callback in self.current(keys).items() if not callback.disabled}

    def current(self, keys: Iterable[Key]) -> Mapping[Key, Callback]:
        """Return the callbacks under *keys* as they are now, without their passwords.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        found = self._table.read(keys)
        if found.unread:
            raise InfrastructureError("reading callbacks: the table is busy")
        return {self._table.key_of(item): callback_from_item(item, credentials=None) for item in found.items}

    def _index(self, account: str, after: str, numbers: int) -> Iterator[Item]:
        query = {
            "IndexName": NUMBERS_INDEX,
            "KeyConditionExpression": "account = :account AND #owner > :after",
            "ExpressionAttributeNames": {"#owner": "owner"},
            "ExpressionAttributeValues": {
                ":account": {"S": account},
                # "#" alone sorts before every number of the account, and no other account is in the partition.
                ":after": {"S": build_owner(account, after) if after else f"{account}#"},
            },
            "Limit": numbers * KINDS_OF_A_NUMBER,
        }
        for page in self._table.query(query, doing="listing numbers"):
            yield from page["Items"]

    def _items(self, owner: str) -> list[Item]:
        query = {
            "KeyConditionExpression": "#owner = :owner",
            "ExpressionAttributeNames": {"#owner": "owner"},
            "ExpressionAttributeValues": {":owner": {"S": owner}},
            "ConsistentRead": True,
        }
        pages = self._table.query(query, doing="reading callbacks")
        return [item for page in pages for item in page["Items"] if item["event"]["S"] in CATALOGUE]

    def _item(self, callback: Callback, declared_by: str) -> Item:
        item = callback_to_item(callback, self._credentials)
        return {**item, "declared_by": {"S": declared_by}} if declared_by else item
