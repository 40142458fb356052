"""What DynamoDB's batch calls leave over."""

from typing import Any

import pytest

from ringback.aws.dynamodb import PAUSES, Found, Table, read_together
from tests.integration.stack import Stack


@pytest.fixture
def pauses() -> list[float]:
    """The pauses that were made, instead of making them."""
    return []


@pytest.fixture
def table(stack: Stack, pauses: list[float]) -> Table:
    """The Callbacks table."""
    return Table(name="CallbacksTable", partition="owner", sort="event", client=stack.dynamodb, sleep=pauses.append)


def item(number: int) -> dict[str, Any]:
    return {"owner": {"S": "o"}, "event": {"S": f"{number:03}"}}


def test_what_a_read_leaves_over_is_read_again(
    table: Table, stack: Stack, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A throttled table answers with a part of the items; the rest follows after a pause."""
    table.write([item(1), item(2)])
    whole: Any = stack.dynamodb.batch_get_item

    def half(*, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - DynamoDB's name
        keys = RequestItems[table.name]["Keys"]
        answer: dict[str, Any] = whole(RequestItems={table.name: {"Keys": keys[:1]}})
        return answer | {"UnprocessedKeys": {table.name: {"Keys": keys[1:]}} if keys[1:] else {}}

    monkeypatch.setattr(stack.dynamodb, "batch_get_item", half)

    found = table.read([("o", "001"), ("o", "002")])

    assert sorted(one["event"]["S"] for one in found.items) == ["001", "002"]
    assert found.unread == set()
    assert pauses == [PAUSES[0]]


def test_what_cannot_be_read_in_the_end_is_named(
    table: Table, stack: Stack, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its messages go back; the others are not held up."""

    def nothing(*, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - DynamoDB's name
        return {"Responses": {}, "UnprocessedKeys": RequestItems}

    monkeypatch.setattr(stack.dynamodb, "batch_get_item", nothing)

    assert table.read([("o", "001")]) == Found(items=[], unread={("o", "001")})
    assert pauses == list(PAUSES)


def test_two_tables_are_read_in_one_call(table: Table, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Consistently, each key once, and each table's items apart; what is left over is named by its table."""
    log = Table(name="DeliveriesTable", partition="owner", sort="delivery", client=stack.dynamodb)
    table.write([item(1)])
    log.write([{"owner": {"S": "o"}, "delivery": {"S": "d"}}])
    calls: list[dict[str, Any]] = []
    whole: Any = stack.dynamodb.batch_get_item

    def noted(**request: Any) -> Any:
        calls.append(request["RequestItems"])
        return whole(**request)

    monkeypatch.setattr(stack.dynamodb, "batch_get_item", noted)

    settings, deliveries = read_together([(table, [("o", "001"), ("o", "001"), ("o", "002")]), (log, [("o", "d")])])

    assert [one["event"]["S"] for one in settings.items] == ["001"]
    assert [one["delivery"]["S"] for one in deliveries.items] == ["d"]
    [call] = calls
    assert [len(call[name]["Keys"]) for name in (table.name, log.name)] == [2, 1]
    assert all(wanted["ConsistentRead"] for wanted in call.values())
    read_together([(table, [("o", "001")])], consistent=False)
    assert calls[-1][table.name]["ConsistentRead"] is False


def test_what_cannot_be_written_in_the_end_is_named(
    table: Table, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 60 items in three calls, the refused one is known."""
    whole: Any = stack.dynamodb.batch_write_item

    def all_but_one(*, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - DynamoDB's name
        puts = RequestItems[table.name]
        refused = [put for put in puts if put["PutRequest"]["Item"]["event"]["S"] == "042"]
        taken = [put for put in puts if put not in refused]
        if taken:
            whole(RequestItems={table.name: taken})
        return {"UnprocessedItems": {table.name: refused} if refused else {}}

    monkeypatch.setattr(stack.dynamodb, "batch_write_item", all_but_one)

    assert table.write([item(number) for number in range(60)]) == {("o", "042")}
    assert len(stack.items("CALLBACKS_TABLE")) == 59


def test_a_query_goes_on_to_the_last_page_and_no_further_than_it_is_asked(
    table: Table, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    table.write([item(number) for number in range(5)])
    asked: list[dict[str, Any]] = []
    query: Any = stack.dynamodb.query

    def noted(**request: Any) -> Any:
        asked.append(request)
        return query(**request)

    monkeypatch.setattr(stack.dynamodb, "query", noted)
    by_owner = {
        "KeyConditionExpression": "#owner = :owner",
        "ExpressionAttributeNames": {"#owner": "owner"},
        "ExpressionAttributeValues": {":owner": {"S": "o"}},
        "Limit": 2,
    }

    pages = table.query(by_owner, doing="trying")
    assert [one["event"]["S"] for one in next(pages)["Items"]] == ["000", "001"]
    assert len(asked) == 1
    assert [one["event"]["S"] for page in pages for one in page["Items"]] == ["002", "003", "004"]


def test_changes_together_happen_all_or_not_at_all(table: Table, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """One alone is no transaction, which would cost double."""
    calls: list[str] = []
    monkeypatch.setattr(stack.dynamodb, "transact_write_items", lambda **_: calls.append("transaction"))

    table.change_together([item(1)], [], doing="trying")
    assert [one["event"]["S"] for one in table.read([("o", "001")]).items] == ["001"]
    table.change_together([], [("o", "001")], doing="trying")
    assert table.read([("o", "001")]).items == []
    assert calls == []
    table.change_together([item(1)], [("o", "002")], doing="trying")
    assert calls == ["transaction"]
