"""Read and write DynamoDB, in batches where possible; what a batch leaves unprocessed is returned, never dropped."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import batched
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from ringback.aws.clients import infrastructure_error, is_refusal
from ringback.aws.statements import (
    WRITER,
    Change,
    Condition,
    Item,
    Write,
    carry_out,
    delete_request,
    insert_statement,
    new_token,
    put_request,
    update_request,
)
from ringback.frozen import frozen

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, KeysAndAttributesTypeDef, QueryOutputTypeDef

type Key = tuple[str, str]
"""Partition and sort key of an item."""
type _Keys = Sequence[tuple[str, Item]]
"""Names of tables, each with a key in DynamoDB's JSON."""

READ_AT_ONCE = 100
"""BatchGetItem's limit."""
WRITE_AT_ONCE = 25
"""BatchWriteItem's limit, and BatchExecuteStatement's."""
PAUSES = (0.05, 0.2, 0.5)
"""Seconds before each further try of what a batch call left unprocessed."""


@frozen
class Found:
    """What a read returned; nothing is known about the keys that it left unread."""

    items: list[Item]
    """The items that exist, in no particular order."""
    unread: set[Key]
    """Keys that the table was too busy to read."""


@frozen
class Table:
    """A table with a partition key and a sort key."""

    name: str
    partition: str
    sort: str
    client: "DynamoDBClient"
    sleep: Callable[[float], None] = time.sleep
    token: Callable[[], str] = new_token

    def key(self, key: Key) -> dict[str, "AttributeValueTypeDef"]:
        """Return *key* in DynamoDB's JSON."""
        return {self.partition: {"S": key[0]}, self.sort: {"S": key[1]}}

    def key_of(self, item: Item) -> Key:
        """Return the key of a stored *item*."""
        return item[self.partition]["S"], item[self.sort]["S"]

    def read(self, keys: Iterable[Key]) -> "Found":
        """Read the items under *keys*, consistently.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        [found] = read_together([(self, keys)])
        return found

    def get(self, key: Key) -> Item | None:
        """Return the item under *key*, read consistently; None if there is none.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        with infrastructure_error(f"reading {self.name}"):
            answer = self.client.get_item(TableName=self.name, Key=self.key(key), ConsistentRead=True)
        return answer.get("Item")

    def put(self, item: Item, *, doing: str, only_if: Condition | None = None) -> Write:
        """Put *item*, replacing what is stored; *doing* goes into the text of an error.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        request = put_request(self.name, item, only_if)
        return carry_out(self.client.put_item, request, doing=doing, is_ours=lambda stands: stands == item)

    def update(
        self, key: Key, change: Change, *, doing: str, only_if: Condition | None = None, answer: str = "NONE"
    ) -> Write:
        """Apply *change* exactly once; *answer* is DynamoDB's `ReturnValues`.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        token = self.token()
        request = update_request(self.name, self.key(key), change, only_if, token) | {"ReturnValues": answer}
        return carry_out(
            self.client.update_item, request, doing=doing, is_ours=lambda stands: stands.get(WRITER) == {"S": token}
        )

    def delete(self, key: Key, *, doing: str, only_if: Condition | None = None) -> Write:
        """Delete the item under *key*; if there is none, that counts as done.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        request = delete_request(self.name, self.key(key), only_if)
        return carry_out(self.client.delete_item, request, doing=doing, is_ours=lambda stands: not stands)

    def query(self, request: Mapping[str, Any], *, doing: str) -> "Iterator[QueryOutputTypeDef]":
        """Yield the pages of a Query, each read on demand; *request* has its arguments except the table.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        start: Mapping[str, Any] | None = {}
        while start is not None:
            with infrastructure_error(doing):
                page = self.client.query(TableName=self.name, **request, **start)
            yield page
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]} if "LastEvaluatedKey" in page else None

    def change_together(self, puts: Sequence[Item], deletes: Sequence[Key], *, doing: str) -> None:
        """Put and delete, all or nothing; a single write is sent without a transaction, which would cost double.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        writes: list[Any] = [{"Put": put_request(self.name, item, None)} for item in puts]
        writes += [{"Delete": delete_request(self.name, self.key(key), None)} for key in deletes]
        if len(writes) > 1:
            with infrastructure_error(doing):
                self.client.transact_write_items(TransactItems=writes)
            return
        for item in puts:
            self.put(item, doing=doing)
        for key in deletes:
            self.delete(key, doing=doing)

    def write(self, items: Sequence[Item]) -> set[Key]:
        """Put *items*, whatever was stored before; return the keys of those that could not be written.

        Raises:
            InfrastructureError: the table did not answer.
        """
        unwritten: set[Key] = set()
        for chunk in batched(items, WRITE_AT_ONCE, strict=False):
            unwritten |= self._write_chunk(chunk)
        return unwritten

    def insert(self, items: Sequence[Item]) -> set[Key]:
        """Insert up to `WRITE_AT_ONCE` *items*; return the keys of those that were not inserted.

        Whether one exists already, the table was busy, or inserting is not permitted, callers go on with `put`.

        Raises:
            InfrastructureError: the table did not answer.
        """
        statements = [insert_statement(self.name, item) for item in items]
        with infrastructure_error(f"writing {self.name}"):
            try:
                page = self.client.batch_execute_statement(Statements=statements)  # type: ignore[arg-type]
            except ClientError as error:
                if is_refusal(error):
                    return set(map(self.key_of, items))
                raise
        answers = zip(items, page["Responses"], strict=True)  # in the order of the statements
        return {self.key_of(item) for item, answer in answers if "Error" in answer}

    def _write_chunk(self, items: Sequence[Item]) -> set[Key]:
        wanted = [{"PutRequest": {"Item": item}} for item in items]
        for pause in (*PAUSES, None):
            with infrastructure_error(f"writing {self.name}"):
                page = self.client.batch_write_item(RequestItems={self.name: wanted})  # type: ignore[dict-item]
            wanted = list(page.get("UnprocessedItems", {}).get(self.name, []))  # type: ignore[arg-type]
            if not wanted or pause is None:
                break
            self.sleep(pause)
        return {self.key_of(request["PutRequest"]["Item"]) for request in wanted}


def read_together(wanted: Sequence[tuple[Table, Iterable[Key]]], *, consistent: bool = True) -> list[Found]:
    """Read keys of several tables of one account in as few calls as they fit into.

    The result has one `Found` for each entry of *wanted*, in the same order; each table is named once. A read that is
    not *consistent* costs half, and may miss what was written within the last second.

    Raises:
        InfrastructureError: the tables are unavailable.
    """
    tables = {table.name: table for table, _ in wanted}
    found = {name: Found(items=[], unread=set()) for name in tables}
    every = [(table.name, table.key(key)) for table, keys in wanted for key in dict.fromkeys(keys)]
    for chunk in batched(every, READ_AT_ONCE, strict=False):
        for name, key in _read_chunk(wanted[0][0], chunk, found, consistent=consistent):
            found[name].unread.add(tables[name].key_of(key))
    return list(found.values())


def _read_chunk(caller: Table, keys: _Keys, found: Mapping[str, Found], *, consistent: bool) -> _Keys:
    """Read up to `READ_AT_ONCE` *keys* into *found* with the client of *caller*; return those left unread."""
    for pause in (*PAUSES, None):
        with infrastructure_error(f"reading {' and '.join(sorted({name for name, _ in keys}))}"):
            page = caller.client.batch_get_item(RequestItems=_by_table(keys, consistent=consistent))
        for name, items in page["Responses"].items():
            found[name].items.extend(items)
        keys = [(name, key) for name, left in page.get("UnprocessedKeys", {}).items() for key in left["Keys"]]
        if not keys or pause is None:
            break
        caller.sleep(pause)
    return keys


def _by_table(keys: _Keys, *, consistent: bool) -> dict[str, "KeysAndAttributesTypeDef"]:
    request: dict[str, KeysAndAttributesTypeDef] = {}
    for name, key in keys:
        request.setdefault(name, {"Keys": [], "ConsistentRead": consistent})["Keys"].append(key)  # type: ignore[attr-defined]
    return request
