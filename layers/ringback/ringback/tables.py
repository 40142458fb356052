"""DynamoDB in batches; what a call leaves over is named, never dropped."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING

from ringback.aws import our_fault

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

type Item = Mapping[str, AttributeValueTypeDef]
type Key = tuple[str, str]
"""Partition and sort key of an item."""

READ_AT_ONCE = 100
"""BatchGetItem's limit."""
WRITE_AT_ONCE = 25
"""BatchWriteItem's limit."""
PAUSES = (0.05, 0.2, 0.5)
"""Seconds before each further try of what a batch call left over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table, by the names of its two keys."""

    name: str
    partition: str
    sort: str
    client: "DynamoDBClient"
    sleep: Callable[[float], None] = time.sleep

    def key(self, key: Key) -> dict[str, "AttributeValueTypeDef"]:
        """*key* as DynamoDB wants it."""
        return {self.partition: {"S": key[0]}, self.sort: {"S": key[1]}}

    def key_of(self, item: Item) -> Key:
        """The key of a stored *item*."""
        return item[self.partition]["S"], item[self.sort]["S"]

    def read(self, keys: Iterable[Key], *, consistent: bool) -> tuple[list[Item], set[Key]]:
        """The items that exist under *keys*, and the keys that could not be read.

        Raises:
            OurFault: nothing could be read.
        """
        found: list[Item] = []
        unread: set[Key] = set()
        for chunk in batched(keys, READ_AT_ONCE, strict=False):
            unread |= self._read_chunk(chunk, found, consistent=consistent)
        return found, unread

    def write(self, items: Sequence[Item]) -> set[Key]:
        """Put *items*, whatever was there before; the keys of those that could not be written.

        Raises:
            OurFault: the table did not answer.
        """
        unwritten: set[Key] = set()
        for chunk in batched(items, WRITE_AT_ONCE, strict=False):
            unwritten |= self._write_chunk(chunk)
        return unwritten

    def _read_chunk(self, keys: Sequence[Key], found: list[Item], *, consistent: bool) -> set[Key]:
        wanted = [self.key(key) for key in keys]
        for pause in (*PAUSES, None):
            with our_fault(f"reading {self.name}"):
                page = self.client.batch_get_item(
                    RequestItems={self.name: {"Keys": wanted, "ConsistentRead": consistent}}
                )
            found += page["Responses"].get(self.name, [])
            wanted = list(page.get("UnprocessedKeys", {}).get(self.name, {"Keys": []})["Keys"])
            if not wanted or pause is None:
                break
            self.sleep(pause)
        return {self.key_of(key) for key in wanted}

    def _write_chunk(self, items: Sequence[Item]) -> set[Key]:
        wanted = [{"PutRequest": {"Item": item}} for item in items]
        for pause in (*PAUSES, None):
            with our_fault(f"writing {self.name}"):
                page = self.client.batch_write_item(RequestItems={self.name: wanted})  # type: ignore[dict-item]
            wanted = list(page.get("UnprocessedItems", {}).get(self.name, []))  # type: ignore[arg-type]
            if not wanted or pause is None:
                break
            self.sleep(pause)
        return {self.key_of(request["PutRequest"]["Item"]) for request in wanted}
