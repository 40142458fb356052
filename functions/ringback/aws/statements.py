"""Build single writes to DynamoDB that recognize themselves when they are sent twice.

botocore sends a request again when the answer was lost. If the first one was carried out, the second either fails its
own condition, and looks like somebody else's write, or meets it once more, and is carried out twice. So each update
leaves a token, on the condition that the token is not there yet; a put is recognized by its item. When a condition
fails, DynamoDB's answer has the stored item, so that no further read is needed.
"""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any

from ringback.aws.clients import infrastructure_error
from ringback.errors import Conflict
from ringback.frozen import frozen

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

type Item = Mapping[str, AttributeValueTypeDef]

WRITER = "writer"
"""The attribute that holds the token of the last update."""

TOKEN_BYTES = 8

_NOT_YET = "(attribute_not_exists(#writer) OR #writer <> :writer)"

_NAME = re.compile(r"#(\w+)")


@frozen
class Condition:
    """A condition on the stored item; a write happens only if it holds."""

    holds: str
    """DynamoDB's expression; `#name` is the attribute of that name, reserved word or not."""
    values: "Item" = field(default_factory=dict)
    """The values of its `:names`."""


@frozen
class Change:
    """What an update does to the attributes of an item."""

    set: "Item" = field(default_factory=dict)
    set_if_missing: "Item" = field(default_factory=dict)
    add: Mapping[str, int] = field(default_factory=dict)
    remove: Sequence[str] = ()

    def expression(self) -> str:
        """Return the change as an UpdateExpression."""
        sets = [f"#{name} = :new_{name}" for name in self.set]
        sets += [f"#{name} = if_not_exists(#{name}, :new_{name})" for name in self.set_if_missing]
        clauses = {
            "SET": sets,
            "ADD": [f"#{name} :new_{name}" for name in self.add],
            "REMOVE": [f"#{name}" for name in self.remove],
        }
        return " ".join(f"{clause} {', '.join(parts)}" for clause, parts in clauses.items() if parts)

    def values(self) -> dict[str, "AttributeValueTypeDef"]:
        """Return the values of the names in `expression`."""
        added: Item = {name: {"N": str(number)} for name, number in self.add.items()}
        return {f":new_{name}": value for name, value in {**self.set, **self.set_if_missing, **added}.items()}


@frozen
class Write:
    """The result of a write."""

    done: bool
    """False if the condition did not hold, and not because of this very write."""
    item: "Item" = field(default_factory=dict)
    """The attributes that were asked for; if the write was not done, or its answer was lost, the item as it is now."""


def new_token() -> str:
    """Return a text that no other write has."""
    return secrets.token_hex(TOKEN_BYTES)


def put_request(table: str, item: "Item", only_if: Condition | None) -> dict[str, Any]:
    """Return the arguments of PutItem."""
    return {"TableName": table, "Item": item, **_conditional(only_if)}


def insert_statement(table: str, item: "Item") -> dict[str, Any]:
    """Return the statement for BatchExecuteStatement that inserts *item*."""
    names = ", ".join(f"'{name}': ?" for name in item)
    return {"Statement": f'INSERT INTO "{table}" VALUE {{{names}}}', "Parameters": list(item.values())}


def delete_request(table: str, key: "Item", only_if: Condition | None) -> dict[str, Any]:
    """Return the arguments of DeleteItem."""
    return {"TableName": table, "Key": key, **_conditional(only_if)}


def update_request(table: str, key: "Item", change: Change, only_if: Condition | None, token: str) -> dict[str, Any]:
    """Return the arguments of UpdateItem; the update leaves *token*, and is not carried out a second time."""
    marked = Change(
        set={**change.set, WRITER: {"S": token}},
        set_if_missing=change.set_if_missing,
        add=change.add,
        remove=change.remove,
    )
    holds = f"({only_if.holds}) AND {_NOT_YET}" if only_if else _NOT_YET
    values: Item = {**(only_if.values if only_if else {}), ":writer": {"S": token}}
    request = _conditional(Condition(holds=holds, values=values), marked.expression())
    request["ExpressionAttributeValues"] = {**request["ExpressionAttributeValues"], **marked.values()}
    return {"TableName": table, "Key": key, "UpdateExpression": marked.expression(), **request}


def carry_out(
    call: Callable[..., Any], request: Mapping[str, Any], *, doing: str, is_ours: Callable[["Item"], bool]
) -> Write:
    """Make the *call*; if its condition fails, *is_ours* tells whether this write left the stored item, or none.

    Raises:
        InfrastructureError: the table is unavailable.
    """
    try:
        with infrastructure_error(doing):
            return Write(done=True, item=call(**request).get("Attributes", {}))
    except Conflict as conflict:
        return Write(done=is_ours(conflict.stands), item=conflict.stands)


def _conditional(condition: Condition | None, update: str = "") -> dict[str, Any]:
    if condition is None:
        return {}
    names = _NAME.findall(condition.holds + update)
    request: dict[str, Any] = {
        "ConditionExpression": condition.holds,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    if names:
        request["ExpressionAttributeNames"] = {f"#{name}": name for name in names}
    if condition.values:
        request["ExpressionAttributeValues"] = dict(condition.values)
    return request
