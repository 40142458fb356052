"""Batch calls of DynamoDB, made directly, beside what botocore makes of the same; moto answers over real sockets."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from botocore.exceptions import ClientError, SSLError
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends

from local.demo.receiver import Reply, read_request
from ringback.aws import clients as aws_clients
from ringback.aws.batch_calls import OPERATIONS
from ringback.aws.statements import insert_statement
from tests.integration import stack
from tests.integration.certificates import Authority
from tests.integration.misbehaviour import never_answers, says
from tests.integration.receivers import Behaviour, Receiver

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


def encoded(status: int, body: bytes, *, checksum: int | None = None) -> bytes:
    """An answer as DynamoDB sends it."""
    said = str(crc32(body) if checksum is None else checksum)
    return Reply(status=status, headers=(("x-amz-crc32", said),), body=body).encode()


def is_moto(receiver: Receiver, sock: socket.socket) -> None:
    """Answer every request as moto does."""
    while (request := read_request(sock)) is not None:
        receiver.received.append(request)
        status, _, text = stack.moto_answer(request, "dynamodb.us-east-1.amazonaws.com")
        sock.sendall(encoded(status, text.encode()))


def first(behaviour: Behaviour) -> Behaviour:
    """Behave so on the first connection, and as moto on all others."""

    def behaves(receiver: Receiver, sock: socket.socket) -> None:
        (behaviour if receiver.connections == 1 else is_moto)(receiver, sock)

    return behaves


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A DynamoDB with an empty table."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr(DynamoDBBackend, "batch_execute_statement", stack.insert)
    aws_clients.session.cache_clear()
    dynamodb_backends.reset()
    with Receiver(behaviour=is_moto) as dynamodb:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"http://127.0.0.1:{dynamodb.port}")
        backend = dynamodb_backends["123456789012"]["us-east-1"]
        backend.create_table(
            "Callbacks",
            schema=[
                {"AttributeName": "owner", "KeyType": "HASH"},
                {"AttributeName": "event", "KeyType": "RANGE"},
            ],
            attr=[{"AttributeName": name, "AttributeType": "S"} for name in ("owner", "event")],
            throughput=None,
            global_indexes=[],
            indexes=[],
            streams=None,
            billing_mode="PAY_PER_REQUEST",
            sse_specification=None,
            tags=[],
            deletion_protection_enabled=None,
            warm_throughput=None,
        )
        yield dynamodb
    aws_clients.session.cache_clear()


@pytest.fixture
def ours(dynamodb: Receiver) -> Any:  # noqa: ARG001 - it is where the environment says
    """A client as the functions have it."""
    return aws_clients.client("dynamodb")


@pytest.fixture
def plain(dynamodb: Receiver) -> Any:  # noqa: ARG001
    """A client as botocore makes it."""
    return aws_clients.session().create_client("dynamodb")


def write(client: Any) -> Any:
    return client.batch_write_item(RequestItems={"Callbacks": [{"PutRequest": {"Item": ITEM}}]})


def read(client: Any) -> Any:
    return client.batch_get_item(RequestItems={"Callbacks": {"Keys": [KEY], "ConsistentRead": True}})


def insert(client: Any) -> Any:
    return client.batch_execute_statement(Statements=[insert_statement("Callbacks", ITEM)])


def test_the_same_goes_on_the_wire(ours: Any, plain: Any, dynamodb: Receiver) -> None:
    """But for the blanks of JSON; and signed, with the session's token."""
    for client in (ours, plain):
        for call in (write, read, insert):
            call(client)

    direct, theirs = dynamodb.received[:3], dynamodb.received[3:]
    for request, same in zip(direct, theirs, strict=True):
        assert json.loads(request.body) == json.loads(same.body)
        assert request.line == same.line
        for name in ("host", "content-type", "x-amz-target", "x-amz-security-token"):
            assert request.headers[name] == same.headers[name]
        signed = request.headers["authorization"].split(", ")[1]
        assert signed == "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target"


def test_the_same_is_read(ours: Any, plain: Any) -> None:
    """Binary values too, at any depth; and what was not there."""
    assert write(ours)["UnprocessedItems"] == {}

    for client in (ours, plain):
        answer = read(client)
        assert answer["Responses"] == {"Callbacks": [ITEM]}
        assert answer["UnprocessedKeys"] == {}


def test_a_statement_says_for_itself_how_it_went(ours: Any, plain: Any) -> None:
    assert [insert(client)["Responses"] for client in (ours, plain)] == [
        [{"TableName": "Callbacks"}],
        [{"Error": {"Code": "DuplicateItem", "Message": "Duplicate primary key exists in table"}}],
    ]
    assert read(plain)["Responses"] == {"Callbacks": [ITEM]}


def test_what_a_statement_reads_is_read(ours: Any, plain: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody asks for that yet."""
    answer = [{"Error": {"Code": "ValidationError", "Message": "no"}}, {"TableName": "Callbacks", "Item": ITEM}]
    monkeypatch.setattr(DynamoDBBackend, "batch_execute_statement", lambda *_: answer)

    assert insert(ours)["Responses"] == insert(plain)["Responses"]
    assert insert(ours)["Responses"][1]["Item"] == ITEM


def test_all_calls_share_one_connection_of_their_own(ours: Any, dynamodb: Receiver) -> None:
    for _ in range(3):
        write(ours)
        read(ours)
        insert(ours)

    assert dynamodb.connections == 1
    assert [request.header("user-agent") for request in dynamodb.received] == [""] * 9


def test_a_connection_that_was_closed_meanwhile_costs_nothing(ours: Any, dynamodb: Receiver) -> None:
    """As after an environment has slept: botocore makes that call, the next one has a new connection of its own."""
    write(ours)
    dynamodb.drop_connections()

    answers = [read(ours) for _ in range(3)]

    assert [answer["Responses"]["Callbacks"] for answer in answers] == [[ITEM]] * 3
    assert [bool(request.header("user-agent")) for request in dynamodb.received] == [False, True, False, False]


THROTTLED = b'{"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException", "message": "no"}'


@pytest.mark.parametrize(
    "answer",
    [
        encoded(400, THROTTLED),
        encoded(500, b'{"__type": "InternalServerError"}'),
        encoded(200, b'{"Responses": {}, "UnprocessedKeys": {}}', checksum=1),
        encoded(200, b'{"Responses": {}, "Unproce'),
        encoded(200, b"<html></html>"),
        encoded(200, b"[]" * 20).replace(b"40\r\n", b"4000\r\n", 1),
        b"HTTP/1.1 200 OK\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"",
    ],
    ids=["throttled", "broken", "another checksum", "cut JSON", "no JSON", "cut", "half a head", "no HTTP", "closed"],
)
@pytest.mark.parametrize("call", [write, read, insert])
def test_whatever_is_no_good_answer_is_botocore_s(ours: Any, dynamodb: Receiver, call: Any, answer: bytes) -> None:
    dynamodb.behaviour = first(says(answer))

    call(ours)

    assert read(ours)["Responses"] == {"Callbacks": [ITEM] if call is not read else []}
    assert [bool(request.header("user-agent")) for request in dynamodb.received] == [False, True, False]


def test_silence_ends_in_time(dynamodb: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws_clients, "READ_SECONDS", 0.2)
    dynamodb.behaviour = first(never_answers)

    write(aws_clients.client("dynamodb"))

    assert dynamodb.connections > 1


@pytest.mark.parametrize("call", [write, read])
def test_an_error_is_botocore_s_own(ours: Any, call: Any) -> None:
    dynamodb_backends.reset()

    with pytest.raises(ClientError) as raised:
        call(ours)

    assert raised.value.response["Error"]["Code"] == "ResourceNotFoundException"
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_proxy_is_left_to_botocore(dynamodb: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where the endpoint's name would not resolve here."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://dynamodb.example")
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{dynamodb.port}")

    write(aws_clients.client("dynamodb"))

    [request] = dynamodb.received
    assert request.line == "POST http://dynamodb.example/ HTTP/1.1"


def test_an_endpoint_below_a_path_is_left_to_botocore(dynamodb: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"http://127.0.0.1:{dynamodb.port}/below")

    write(aws_clients.client("dynamodb"))

    [request] = dynamodb.received
    assert request.target == "/below"


@pytest.mark.usefixtures("dynamodb")
def test_certificates_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against the bundle that AWS_CA_BUNDLE names, as botocore does; by default against its own."""
    authority = Authority(tmp_path)
    with Receiver(behaviour=is_moto, tls=authority.server("localhost")) as secure:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"https://localhost:{secure.port}")
        with pytest.raises(SSLError):
            write(aws_clients.client("dynamodb"))
        assert not secure.received

        monkeypatch.setenv("AWS_CA_BUNDLE", authority.file)
        aws_clients.session.cache_clear()
        write(aws_clients.client("dynamodb"))

        assert [request.header("user-agent") for request in secure.received] == [""]


def test_all_other_calls_are_as_they_were(ours: Any, dynamodb: Receiver) -> None:
    ours.put_item(TableName="Callbacks", Item=ITEM)

    assert ours.get_item(TableName="Callbacks", Key=KEY)["Item"] == ITEM
    assert all(request.header("user-agent") for request in dynamodb.received)
    assert set(OPERATIONS.values()) == {"BatchGetItem", "BatchWriteItem", "BatchExecuteStatement"}
