"""Batch calls of DynamoDB, as JSON on the wire, beside what botocore makes of the same."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from ringback.aws import clients as aws_clients
from ringback.aws.dynamodb_json import OPERATIONS

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


def test_the_same_goes_on_the_wire(clients: tuple[Any, Any]) -> None:
    """To the byte, but for the blanks of JSON; signed, and to the same place."""
    sent: list[Any] = []
    for client in clients:
        client.meta.events.register_first("before-send.dynamodb", lambda request, **_: sent.append(request))
        write(client)
        read(client)

    for ours, plain in ((sent[0], sent[2]), (sent[1], sent[3])):
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
    assert set(OPERATIONS) == {"BatchGetItem", "BatchWriteItem"}
