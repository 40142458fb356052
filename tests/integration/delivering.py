"""A deployed stack with one customer, and `deliver` invoked as Lambda does it."""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from deliver import app, environment
from local.invocation import Context
from ringback.models import Callback, CallbackType, Delivery, Method
from tests.integration.lambdas import failures
from tests.integration.receivers import Receiver
from tests.integration.stack import Stack, client

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

PLANTED = "planted-password"
OWNER = "1000001#3215551212"
KIND = "messages/receive_notify"
MESSAGE: dict[str, Any] = {
    "event": KIND,
    "account": "1000001",
    "fonenumber": "3215551212",
    "id": "0c4055acc5cc2736d818c96f4421b2f5",
    "time": "2026-11-23T17:36:00Z",
    "data": {
        "to": "3215551212",
        "from": "3215551111",
        "msg": "hello world",
        "id": "0c4055acc5cc2736d818c96f4421b2f5",
    },
}
BODY = b'{"to":"3215551212","from":"3215551111","message":"hello world","id":"0c4055acc5cc2736d818c96f4421b2f5"}'


@dataclass(slots=True)
class Moving:
    """The time, to which a test may add."""

    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass(slots=True, kw_only=True)
class Platform:
    """A deployed stack with one customer whose receiver is at *receiver*."""

    stack: Stack
    receiver: Receiver
    clock: Moving = field(default_factory=Moving)
    """That of `deliver`; the time of day of tables and queues is the real one."""

    def set(self, *, target: str = "/hook", method: Method = Method.JSON, **changes: Any) -> Callback:
        """The customer sets its callback."""
        callback = Callback(
            owner=OWNER,
            event=KIND,
            type=CallbackType.CALLBACK,
            method=method,
            url=self.receiver.text_url.removesuffix("/hook") + target,
        )
        callback = replace(callback, **changes)
        self.stack.callbacks().put(callback)
        return callback

    def restart(self) -> None:
        """Lambda starts another execution environment."""
        environment.environment().close()
        environment.environment.cache_clear()

    def passes(self, time: timedelta) -> None:
        """It is that much later, and what was remembered is forgotten."""
        self.clock.ahead += time
        self.restart()

    def invoke(self, *records: dict[str, Any], seconds: float = 30) -> list[str]:
        """SQS hands out a batch; the messages that go back."""
        context = cast("LambdaContext", Context(seconds=seconds))
        return failures(app.lambda_handler({"Records": list(records)}, context))

    def deliveries(self) -> list[Delivery]:
        """The whole log."""
        keys = [(item["owner"]["S"], item["delivery"]["S"]) for item in self.stack.items("DELIVERIES_TABLE")]
        keys = [key for key in keys if not key[0].startswith("#")]  # the announcement of a backlog
        return list(self.stack.deliveries().load(keys).deliveries.values())

    def delivery(self) -> Delivery:
        [delivery] = self.deliveries()
        return delivery

    def retry(self, which: Delivery | None = None) -> dict[str, Any]:
        """The message that brings a delivery back; the only one, unless it is named."""
        delivery = which or self.delivery()
        assert delivery.due is not None
        due = round(delivery.due.timestamp() * 1000)
        return {"version": 1, "owner": delivery.owner, "delivery": delivery.id, "due": due}

    def waiting(self) -> int:
        """Messages on the Retries queue whose delay is not over."""
        attributes = self.stack.sqs.get_queue_attributes(
            QueueUrl=self.stack.environment["RETRIES_QUEUE_URL"], AttributeNames=["All"]
        )["Attributes"]
        return int(attributes["ApproximateNumberOfMessagesDelayed"]) + int(attributes["ApproximateNumberOfMessages"])


class Output:
    """Writes to whatever `sys.stdout` is at that moment, so that pytest can capture it."""

    def write(self, text: str) -> None:
        sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()


@pytest.fixture
def platform(stack: Stack, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """A fresh execution environment for each test."""
    monkeypatch.setattr(environment.logger.registered_handler, "stream", Output())
    monkeypatch.setattr(environment, "client", client)
    for name, value in stack.environment.items():
        monkeypatch.setenv(name, value)
    environment.environment.cache_clear()
    platform = Platform(stack=stack, receiver=receiver)
    monkeypatch.setattr(environment, "_now", platform.clock)
    yield platform
    platform.restart()


def metrics(output: str) -> dict[str, float]:
    """The counters of all invocations so far, from their EMF lines."""
    counts: dict[str, float] = {}
    for line in map(json.loads, output.splitlines()):
        for metric in line.get("_aws", {}).get("CloudWatchMetrics", [{}])[0].get("Metrics", []):
            counts[metric["Name"]] = counts.get(metric["Name"], 0) + sum(line[metric["Name"]])
    return counts


def lines(output: str, message: str) -> list[dict[str, Any]]:
    return [line for line in map(json.loads, output.splitlines()) if line.get("message") == message]


def down(operation: str) -> Callable[..., None]:
    def call(**_: object) -> None:
        raise ClientError({"Error": {"Code": "InternalServerError"}}, operation)

    return call


@pytest.fixture
def calls(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """The calls of DynamoDB that read or write items, each with its request, as they are made."""
    made: list[tuple[str, Any]] = []

    def noting(operation: str) -> Callable[..., Any]:
        call = getattr(platform.stack.dynamodb, operation)

        def noted(**request: Any) -> Any:
            made.append((operation, request))
            return call(**request)

        return noted

    together = ("batch_get_item", "batch_write_item", "batch_execute_statement")
    for operation in (*together, "put_item", "update_item", "get_item", "query"):
        monkeypatch.setattr(platform.stack.dynamodb, operation, noting(operation))
    return made


@pytest.fixture
def break_call(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Make one call of one service fail."""

    def broken(service: str, operation: str) -> None:
        monkeypatch.setattr(client(service), operation, down(operation))

    return broken
