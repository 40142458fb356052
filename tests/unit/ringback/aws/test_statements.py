"""Requests of single writes."""

import re
from pathlib import Path

import pytest

from ringback.aws.statements import Change, Condition, Item, delete_request, put_request, update_request

SOURCES = list(Path("functions").rglob("*.py"))
KEY: Item = {"owner": {"S": "1#*"}}


@pytest.mark.parametrize(
    ("change", "expression"),
    [
        (Change(set={"due": {"N": "1"}, "note": {"S": ""}}), "SET #due = :new_due, #note = :new_note"),
        (Change(remove=["note", "due"]), "REMOVE #note, #due"),
        (
            Change(set_if_missing={"since": {"S": "now"}}, add={"failures": 2}, remove=["note"]),
            "SET #since = if_not_exists(#since, :new_since) ADD #failures :new_failures REMOVE #note",
        ),
    ],
)
def test_a_change_is_one_expression(change: Change, expression: str) -> None:
    assert change.expression() == expression


def test_an_update_leaves_its_token_and_does_not_happen_twice() -> None:
    """Whatever else it demands."""
    due = Condition(holds="#status = :read OR attribute_not_exists(due)", values={":read": {"S": "pending"}})

    request = update_request("Table", KEY, Change(add={"failures": 2}), due, "a token")

    assert request == {
        "TableName": "Table",
        "Key": KEY,
        "UpdateExpression": "SET #writer = :new_writer ADD #failures :new_failures",
        "ConditionExpression": "(#status = :read OR attribute_not_exists(due))"
        " AND (attribute_not_exists(#writer) OR #writer <> :writer)",
        "ExpressionAttributeNames": {"#status": "status", "#writer": "writer", "#failures": "failures"},
        "ExpressionAttributeValues": {
            ":read": {"S": "pending"},
            ":writer": {"S": "a token"},
            ":new_writer": {"S": "a token"},
            ":new_failures": {"N": "2"},
        },
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def test_without_a_condition_nothing_is_asked() -> None:
    """DynamoDB refuses an empty expression, and names and values without one."""
    assert put_request("Table", KEY, None) == {"TableName": "Table", "Item": KEY}
    assert delete_request("Table", KEY, None) == {"TableName": "Table", "Key": KEY}


def test_a_condition_without_values_has_none() -> None:
    request = put_request("Table", KEY, Condition(holds="attribute_not_exists(#current)"))

    assert request["ExpressionAttributeNames"] == {"#current": "current"}
    assert "ExpressionAttributeValues" not in request


def test_no_other_module_makes_a_conditional_write() -> None:
    """One that did would take its own for somebody else's when an answer is lost."""
    raw = re.compile(r"\.update_item\(|(?<!Key)ConditionExpression")
    theirs = {path.name for path in SOURCES if raw.search(path.read_text(encoding="utf-8"))}

    assert theirs == {"statements.py"}
