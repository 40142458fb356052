"""Single writes of DynamoDB that know their own.

botocore sends a request again when its answer was lost. What was done then fails the second time by its own condition,
and would pass for somebody else's, or holds once more and would be done twice. So each update leaves a token, and its
condition asks that it is not there yet; a put is known by its item. Where a condition fails, DynamoDB's answer has what
stands there, so that nothing has to be read.
"""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ringback.aws.clients import infrastructure_error
from ringback.errors import Conflict

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

type Item = Mapping[str, AttributeValueTypeDef]

WRITER = "writer"
"""The attribute that holds the token of the last update."""

TOKEN_BYTES = 8

_NOT_YET = "(attribute_not_exists(#writer) OR #writer <> :writer)"

_NAME = re.compile(r"#(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What an item must be like for a write to happen."""

    holds: str
    """DynamoDB's expression; `#name` is the attribute of that name, whether its word is reserved or not."""
    values: "Item" = field(default_factory=dict)
    """What its `:names` stand for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an update does to attributes."""

    set: "Item" = field(default_factory=dict)
    set_if_missing: "Item" = field(default_factory=dict)
    add: Mapping[str, int] = field(default_factory=dict)
    remove: Sequence[str] = ()

    def expression(self) -> str:
        """The same as an UpdateExpression."""
        sets = [f"#{name} = :new_{name}" for name in self.set]
        sets += [f"#{name} = if_not_exists(#{name}, :new_{name})" for name in self.set_if_missing]
        clauses = {
            "SET": sets,
            "ADD": [f"#{name} :new_{name}" for name in self.add],
            "REMOVE": [f"#{name}" for name in self.remove],
        }
        return " ".join(f"{clause} {', '.join(parts)}" for clause, parts in clauses.items() if parts)

    def values(self) -> dict[str, "AttributeValueTypeDef"]:
        """What the names in `expression` stand for."""
        added: Item = {name: {"N": str(number)} for name, number in self.add.items()}
        return {f":new_{name}": value for name, value in {**self.set, **self.set_if_missing, **added}.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """How a write went."""

    done: bool
    """False if the item is not as the condition demands, and that is not our own doing."""
    item: "Item" = field(default_factory=dict)
    """What was asked for; of a write that was not done, or of one whose answer was lost, what stands there now."""


def new_token() -> str:
    """A text that no other write has."""
    return secrets.token_hex(TOKEN_BYTES)


def put_request(table: str, item: "Item", only_if: Condition | None) -> dict[str, Any]:
    """PutItem's arguments."""
    return {"TableName": table, "Item": item, **_conditional(only_if)}


def insert_statement(table: str, item: "Item") -> dict[str, Any]:
    """One of BatchExecuteStatement's: put *item* where none is."""
    names = ", ".join(f"'{name}': ?" for name in item)
    return {"Statement": f'INSERT INTO "{table}" VALUE {{{names}}}', "Parameters": list(item.values())}


def delete_request(table: str, key: "Item", only_if: Condition | None) -> dict[str, Any]:
    """DeleteItem's arguments."""
    return {"TableName": table, "Key": key, **_conditional(only_if)}


def update_request(table: str, key: "Item", change: Change, only_if: Condition | None, token: str) -> dict[str, Any]:
    """UpdateItem's arguments; the update leaves *token*, and does not happen a second time."""
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
    """Make the *call*; where its condition fails, *is_ours* says of what stands there (maybe nothing) if we wrote it.

    Raises:
        InfrastructureError: the table is out of reach.
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
