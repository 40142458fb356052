"""Writers that meet at a DynamoDB of our own: no emulator has a transaction that lasts."""

import json
import socket
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any

import pytest

from local.demo.receiver import read_request
from ringback.aws.clients import client
from ringback.aws.contention import PAUSES
from ringback.aws.dynamodb import Key, Table
from ringback.aws.kms import Credentials
from ringback.errors import Conflict, InfrastructureError
from ringback.models import Callback, CallbackType
from ringback.storage.numbers import Numbers
from tests.integration.receivers import Receiver

OWNER = "1000001#3215551212"
WRITERS = 6


@dataclass(slots=True, kw_only=True)
class Dynamo:
    """Answers as DynamoDB does: a write that comes during another one is refused by the rule for transactions."""

    script: list[tuple[int, Mapping[str, Any]]] = field(default_factory=list)
    """What is answered first, whatever is asked."""
    calls: list[str] = field(default_factory=list)
    refused: int = 0
    met: Event = field(default_factory=Event)
    """The first write lasts until this is set, by one that comes during it."""
    _writing: Lock = field(default_factory=Lock)

    def __call__(self, _: Receiver, sock: socket.socket) -> None:
        """Answer what comes by one connection."""
        while (request := read_request(sock)) is not None:
            operation = request.headers["x-amz-target"].partition(".")[2]
            self.calls.append(operation)
            status, body = self.script.pop(0) if self.script else self._written(operation)
            text = json.dumps(body)
            head = (
                f"HTTP/1.1 {status} Whatever\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: {len(text)}"
            )
            sock.sendall(f"{head}\r\n\r\n{text}".encode())

    def _written(self, operation: str) -> tuple[int, Mapping[str, Any]]:
        if not self._writing.acquire(blocking=False):
            self.refused += 1
            self.met.set()
            return error("TransactionConflict") if operation == "TransactWriteItems" else error()
        try:
            self.met.wait(5)
            return 200, {}
        finally:
            self._writing.release()


def error(*reasons: str) -> tuple[int, Mapping[str, Any]]:
    """How it refuses a transaction for *reasons*, or a single write that met one."""
    prefix = "com.amazonaws.dynamodb.v20120810#"
    if not reasons:
        return 400, {
            "__type": f"{prefix}TransactionConflictException",
            "message": "Transaction is ongoing for the item",
        }
    text = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{', '.join(reasons)}]"
    listed = [{"Code": reason} for reason in reasons]
    return 400, {"__type": f"{prefix}TransactionCanceledException", "Message": text, "CancellationReasons": listed}


@pytest.fixture(scope="module")
def server() -> Iterator[Receiver]:
    """Where it listens."""
    with Receiver(behaviour=Dynamo()) as server:
        yield server


@pytest.fixture
def dynamo(server: Receiver) -> Dynamo:
    """The one that listens there, with nothing left of the test before."""
    dynamo = server.behaviour
    assert isinstance(dynamo, Dynamo)
    dynamo.script, dynamo.calls, dynamo.refused = [], [], 0
    dynamo.met.set()
    return dynamo


@pytest.fixture(scope="module")
def numbers(server: Receiver) -> Numbers:
    """As the API has them, with the client that it has on AWS."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "test")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", server.text_url.removesuffix("/hook"))
        dynamodb = client("dynamodb")
    table = Table(name="Callbacks", partition="owner", sort="event", client=dynamodb)
    return Numbers(table=table, credentials=Credentials(key="", kms=lambda: pytest.fail("nothing is sealed")))


def changes(*kinds: str, email: str = "a@example.com") -> dict[Key, Callback | None]:
    """Mail for events of these kinds."""
    return {(OWNER, kind): Callback(owner=OWNER, event=kind, type=CallbackType.EMAIL, email=email) for kind in kinds}


TWO = changes("calls/receive_notify", "calls/send_notify")
ONE = changes("calls/receive_notify")
NONE: dict[Key, Callback | None] = {(OWNER, "calls/receive_notify"): None}


@pytest.mark.parametrize(
    ("wanted", "call"), [({}, []), (ONE, ["PutItem"]), (NONE, ["DeleteItem"]), (TWO, ["TransactWriteItems"])]
)
def test_one_callback_is_written_without_a_transaction(
    numbers: Numbers, dynamo: Dynamo, wanted: dict[Key, Callback | None], call: list[str]
) -> None:
    numbers.change(wanted)

    assert dynamo.calls == call


@pytest.mark.parametrize("wanted", [ONE, NONE, TWO], ids=["put", "delete", "transaction"])
def test_writers_that_meet_all_succeed(numbers: Numbers, dynamo: Dynamo, wanted: dict[Key, Callback | None]) -> None:
    dynamo.met.clear()
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(lambda _: numbers.change(wanted), range(WRITERS)))

    assert dynamo.refused >= 1
    assert len(dynamo.calls) == WRITERS + dynamo.refused


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        (ONE, error()),
        (TWO, error("None", "TransactionConflict")),
        (TWO, error("ThrottlingError", "TransactionConflict")),
        (TWO, error("ProvisionedThroughputExceeded", "None")),
    ],
    ids=["one", "conflict", "throttled", "busy"],
)
def test_what_passes_is_tried_again_and_not_for_ever(
    numbers: Numbers, dynamo: Dynamo, monkeypatch: pytest.MonkeyPatch, wanted: dict[Key, Callback | None], refusal: Any
) -> None:
    monkeypatch.setattr("ringback.aws.contention.PAUSES", (0,) * len(PAUSES))
    dynamo.script = [refusal] * len(PAUSES)
    numbers.change(wanted)
    assert len(dynamo.calls) == len(PAUSES) + 1

    dynamo.script = [refusal] * (len(PAUSES) + 1)
    with pytest.raises(InfrastructureError, match="Transaction"):
        numbers.change(wanted)
    assert dynamo.script == []


@pytest.mark.parametrize(
    ("reasons", "fault", "text"),
    [
        (("None", "ConditionalCheckFailed"), Conflict, "^setting callbacks$"),
        (("TransactionConflict", "ConditionalCheckFailed"), Conflict, "^setting callbacks$"),
        (
            ("ValidationError", "TransactionConflict"),
            InfrastructureError,
            "Exception, TransactionConflict, ValidationError$",
        ),
        (
            ("ItemCollectionSizeLimitExceeded", "None"),
            InfrastructureError,
            "Exception, ItemCollectionSizeLimitExceeded$",
        ),
    ],
)
def test_what_does_not_pass_is_tried_once(
    numbers: Numbers, dynamo: Dynamo, reasons: tuple[str, ...], fault: type[Exception], text: str
) -> None:
    dynamo.script = [error(*reasons)]

    with pytest.raises(fault, match=text) as caught:
        numbers.change(TWO)

    assert type(caught.value) is fault
    assert dynamo.calls == ["TransactWriteItems"]
