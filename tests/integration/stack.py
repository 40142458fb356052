"""The stack's tables, queues and key on moto, made from the template itself."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.models import botocore_stubber
from moto.dynamodb.exceptions import ConditionalCheckFailed
from moto.dynamodb.models import DynamoDBBackend

from local.demo.receiver import Request
from local.invocation import AWS_ACCESS, REGION, deliver_variables
from local.template import load
from ringback.aws.kms import Credentials
from ringback.storage.backlog import Backlogs
from ringback.storage.breakers import BreakerStore
from ringback.storage.callbacks import CallbackStore
from ringback.storage.deliveries import DeliveryStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sqs import SQSClient

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
SENDER = "callbacks@ringback.example"

INSERT = re.compile(r'INSERT INTO "(?P<table>[^"]+)" VALUE {(?P<names>[^}]+)}')
NAME = re.compile(r"'(\w+)': \?")

OF_TABLES = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
"""The properties of a table that its API call and its template have in common."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """What a test needs of the stack."""

    dynamodb: "DynamoDBClient"
    sqs: "SQSClient"
    kms: "KMSClient"
    ses: "SESV2Client"
    environment: dict[str, str]
    """As the template gives it to `deliver`."""

    def credentials(self) -> Credentials:
        """A second execution environment's, with nothing remembered."""
        return Credentials(key=self.environment["CREDENTIALS_KEY"], kms=lambda: self.kms)

    def callbacks(self) -> CallbackStore:
        """A second execution environment's, with nothing remembered."""
        return CallbackStore(
            table=self.environment["CALLBACKS_TABLE"],
            dynamodb=self.dynamodb,
            credentials=self.credentials(),
        )

    def deliveries(self) -> DeliveryStore:
        """The log, as `deliver` and the API see it."""
        return DeliveryStore(
            table=self.environment["DELIVERIES_TABLE"],
            dynamodb=self.dynamodb,
            credentials=self.credentials(),
            retention=timedelta(days=30),
        )

    def health(self) -> BreakerStore:
        """The breakers of callbacks."""
        return BreakerStore(table=self.environment["CALLBACKS_TABLE"], dynamodb=self.dynamodb)

    def backlogs(self) -> Backlogs:
        """The backlogs of waiting deliveries."""
        return Backlogs(table=self.environment["DELIVERIES_TABLE"], dynamodb=self.dynamodb)

    def lose_answers(self, monkeypatch: pytest.MonkeyPatch, operation: str) -> None:
        """Have the answer to each call of DynamoDB's *operation* lost once: it is done, and botocore sends it again."""
        call = getattr(self.dynamodb, operation)

        def again(**request: Any) -> Any:
            with suppress(ClientError):
                call(**request)
            return call(**request)

        monkeypatch.setattr(self.dynamodb, operation, again)

    def items(self, table: str) -> list[dict[str, Any]]:
        """Everything in the table that the environment calls *table*."""
        return self.dynamodb.scan(TableName=self.environment[table])["Items"]

    def messages(self, queue: str, *, wait: int = 0) -> list[dict[str, Any]]:
        """What can be received from the queue that the environment calls *queue* within *wait* seconds."""
        answer = self.sqs.receive_message(
            QueueUrl=self.environment[queue],
            MaxNumberOfMessages=10,
            WaitTimeSeconds=wait,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return [dict(message) for message in answer.get("Messages", [])]


def client(service: str, **_: object) -> Any:
    """The one client of *service* for all tests, in place of `ringback.aws.client`; moto is emptied for each test."""
    return _client(service)


@cache  # making one costs 100 ms
def _client(service: str) -> Any:
    return boto3.client(service, region_name=REGION)  # type: ignore[call-overload]


@pytest.fixture
def stack() -> Iterator[Stack]:
    """A stack of its own for each test."""
    with deployed() as stack:
        yield stack


@pytest.fixture(scope="module")
def shared_stack() -> Iterator[Stack]:
    """One stack for all tests of a module that leave nothing behind for the next one to fall over."""
    with deployed() as stack:
        yield stack


def moto_answer(request: Request, host: str, body: bytes | None = None) -> tuple[int, dict[str, str], str]:
    """Moto's answer to a call for *host* that came over a socket: status, headers, body; *body* replaces the call's."""
    verb, target, _ = request.line.split(" ")
    path = target if target.startswith("/") else urlsplit(target).path  # a proxy gets the whole URL
    headers = HTTPHeaders.from_dict(request.headers)
    url, body = f"https://{host}{path}", request.body if body is None else body
    answer = botocore_stubber.process_request(AWSPreparedRequest(verb, url, headers, body, stream_output=False))
    assert answer is not None
    status, answered, text = answer
    return status, answered, text if isinstance(text, str) else text.decode()


def insert(backend: DynamoDBBackend, statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """BatchExecuteStatement as DynamoDB does it; moto knows no parameters in an INSERT."""
    return [_inserted(backend, statement["Statement"], statement["Parameters"]) for statement in statements]


def _inserted(backend: DynamoDBBackend, statement: str, parameters: list[Any]) -> dict[str, Any]:
    found = INSERT.fullmatch(statement)
    assert found, statement
    item = dict(zip(NAME.findall(found["names"]), parameters, strict=True))
    names = {"#key": backend.get_table(found["table"]).hash_key_attr}
    try:
        backend.put_item(found["table"], item, None, "attribute_not_exists(#key)", names)
    except ConditionalCheckFailed:
        return {"Error": {"Code": "DuplicateItem", "Message": "Duplicate primary key exists in table"}}
    return {"TableName": found["table"]}


@contextmanager
def deployed() -> Iterator[Stack]:
    """A new stack while inside."""
    with pytest.MonkeyPatch.context() as monkeypatch, mock_aws():
        for name, value in AWS_ACCESS.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(DynamoDBBackend, "batch_execute_statement", insert)
        monkeypatch.setattr(BotocoreStubber, "process_request", _one_at_a_time(BotocoreStubber.process_request))
        yield _made()


def _one_at_a_time(process: Callable[..., Any]) -> Callable[..., Any]:
    """Moto checks a write's condition and writes in two steps, so that two threads may both find it holding."""
    lock = RLock()

    def processed(*request: object) -> object:
        with lock:
            return process(*request)

    return processed


@cache  # reading it takes longer than making all that is in it
def _resources() -> dict[str, Any]:
    resources: dict[str, Any] = load(TEMPLATE)["Resources"]
    return resources


def _made() -> Stack:
    resources = _resources()
    dynamodb, sqs, kms, ses = map(client, ("dynamodb", "sqs", "kms", "sesv2"))
    for table in ("CallbacksTable", "DeliveriesTable"):
        properties = resources[table]["Properties"]
        dynamodb.create_table(TableName=table, **{name: properties[name] for name in OF_TABLES if name in properties})
    ses.create_email_identity(EmailIdentity=SENDER)
    return Stack(
        dynamodb=dynamodb,
        sqs=sqs,
        kms=kms,
        ses=ses,
        environment=deliver_variables(
            RETRIES_QUEUE_URL=sqs.create_queue(QueueName="Retries")["QueueUrl"],
            DEAD_LETTERS_URL=sqs.create_queue(QueueName="DeadLetters")["QueueUrl"],
            CREDENTIALS_KEY=kms.create_key()["KeyMetadata"]["Arn"],
            SENDER_ADDRESS=SENDER,
            SUCCESS_LOG_RATE="1",
        ),
    )
