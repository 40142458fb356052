"""Batch calls of DynamoDB, as JSON on the wire, beside what botocore makes of the same."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.dynamodb.models import DynamoDBBackend

from ringback.aws import clients as aws_clients
from ringback.aws.dynamodb_json import OPERATIONS
from ringback.aws.statements import insert_statement
from tests.integration import stack

ITEM: dict[str, Any] = {
    "owner": {"S": 'café 😀 "quoted" \\ \u2028'},
    "event": {"S": "e"},
    "version": {"N": "12"},
    "sealed": {"B": b"\x00\xff sealed"},
    "callback": {"M": {"url": {"S": "https://example.com/"}, "url_password": {"B": b"\x01\x02"}}},
    "previous": {"L": [{"M": {"secret": {"B": b"\x03"}, "until": {"S": "2026"}}}, {"L": [{"B": b"\x04"}]}]},
    "digests": {"BS": [b"\x05", b"\x06"]},
    "flags": {"L": [{"BOOL": True}, {"NULL": True}, {"SS": ["B", "L"]}, {"M": {"B": {"S": "L"}}}]},
}
KEY = {"owner": ITEM["owner"], "event": ITEM["event"]}


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, Any]]:
    """Ours, and one as botocore makes it, of one table."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr(DynamoDBBackend, "batch_execute_statement", stack.insert)
    with mock_aws():
        ours = aws_clients.client("dynamodb")
        monkeypatch.setattr(aws_clients, "speak_json", lambda _: None)
        plain = aws_clients.client("dynamodb")
        plain.create_table(
            TableName="Callbacks",
            KeySchema=[{"AttributeName": "owner", "KeyType": "HASH"}, {"AttributeName": "event", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("owner", "event")],
            BillingMode="PAY_PER_REQUEST",
        )
        yield ours, plain


def write(client: Any) -> Any:
    return client.batch_write_item(RequestItems={"Callbacks": [{"PutRequest": {"Item": ITEM}}]})


def read(client: Any) -> Any:
    return client.batch_get_item(RequestItems={"Callbacks": {"Keys": [KEY], "ConsistentRead": True}})


def insert(client: Any) -> Any:
    return client.batch_execute_statement(Statements=[insert_statement("Callbacks", ITEM)])


def test_the_same_goes_on_the_wire(clients: tuple[Any, Any]) -> None:
    """To the byte, but for the blanks of JSON; signed, and to the same place."""
    sent: list[Any] = []
    for client in clients:
        client.meta.events.register_first("before-send.dynamodb", lambda request, **_: sent.append(request))
        for call in (write, read, insert):
            call(client)

    for ours, plain in zip(sent[:3], sent[3:], strict=True):
        assert json.loads(ours.body) == json.loads(plain.body)
        assert (ours.method, ours.url, ours.headers["X-Amz-Target"]) == (
            plain.method,
            plain.url,
            plain.headers["X-Amz-Target"],
        )
        assert ours.headers["Authorization"].startswith(b"AWS4-HMAC-SHA256 ")


def test_the_same_is_read(clients: tuple[Any, Any]) -> None:
    """Binary values too, at any depth; and what was not there."""
    ours, plain = clients
    assert write(ours)["UnprocessedItems"] == {}

    for answer in (read(ours), read(plain)):
        assert answer["Responses"] == {"Callbacks": [ITEM]}
        assert answer["UnprocessedKeys"] == {}
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_a_statement_says_for_itself_how_it_went(clients: tuple[Any, Any]) -> None:
    ours, plain = clients

    assert [insert(client)["Responses"] for client in (ours, plain)] == [
        [{"TableName": "Callbacks"}],
        [{"Error": {"Code": "DuplicateItem", "Message": "Duplicate primary key exists in table"}}],
    ]
    assert read(plain)["Responses"] == {"Callbacks": [ITEM]}


def test_what_a_statement_reads_is_read(clients: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody asks for that yet."""
    ours, plain = clients
    answer = [{"Error": {"Code": "ValidationError", "Message": "no"}}, {"TableName": "Callbacks", "Item": ITEM}]
    monkeypatch.setattr(DynamoDBBackend, "batch_execute_statement", lambda *_: answer)

    assert insert(ours)["Responses"] == insert(plain)["Responses"]
    assert insert(ours)["Responses"][1]["Item"] == ITEM


@pytest.mark.parametrize("call", [write, read])
def test_an_error_is_botocore_s_own(clients: tuple[Any, Any], call: Any) -> None:
    ours, plain = clients
    plain.delete_table(TableName="Callbacks")

    with pytest.raises(ClientError) as raised:
        call(ours)

    assert raised.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_all_other_calls_are_as_they_were(clients: tuple[Any, Any]) -> None:
    ours, _ = clients
    ours.put_item(TableName="Callbacks", Item=ITEM)

    assert ours.get_item(TableName="Callbacks", Key=KEY)["Item"] == ITEM
    assert set(OPERATIONS) == {"BatchGetItem", "BatchWriteItem", "BatchExecuteStatement"}
