"""The payloads in events/: `deliver` gets each one as Lambda would hand it over."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

import pytest

from deliver import app, environment
from local.invocation import Context
from ringback.callbacks.parse import parse_public_setting
from ringback.catalog.payload import CATALOGUE, Scope, lookup
from ringback.http import tls
from ringback.models import Attempt, AttemptReason, Delivery, Event, Outcome, build_owner
from ringback.storage.deliveries import delivery_from_item
from tests.integration.certificates import Authority
from tests.integration.lambdas import failures
from tests.integration.receivers import Receiver
from tests.integration.stack import Stack, client
from tests.payloads import ACCOUNT, CASES, EVENTS, ID, INLINE, NOTIFY, Case, payloads
from tests.payloads import FILES as ALL_FILES
from tests.reference import BODIES

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

FILES = payloads()["DeliverFunction"]
CONTEXT = cast("LambdaContext", Context())


@pytest.fixture
def deployed(
    stack: Stack, secure_receiver: Receiver, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stack]:
    """A fresh execution environment whose receivers' certificates are good."""
    monkeypatch.setattr(environment, "client", client)
    monkeypatch.setattr(tls, "default_authorities", lambda: authority.file)
    for name, value in stack.environment.items():
        monkeypatch.setenv(name, value)
    environment.environment.cache_clear()
    yield stack
    environment.environment().close()
    environment.environment.cache_clear()
    del secure_receiver  # it ends after its connections


def base(receiver: Receiver) -> str:
    return receiver.text_url.removesuffix("/hook")


def payload(name: str, receiver: Receiver) -> dict[str, Any]:
    text = (EVENTS / name).read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text.replace(INLINE, base(receiver)))
    return found


def set_callback(stack: Stack, case: Case, receiver: Receiver) -> None:
    fields = dict(case.fields)
    if "url" in fields:
        fields["url"] = base(receiver) + fields["url"]
    callback = parse_public_setting(
        lookup(case.kind), fields, owner=build_owner(ACCOUNT, case.fonenumber), allowed=None
    )
    assert callback
    stack.callbacks().put(callback)


def put_waiting_delivery(stack: Stack, message: Mapping[str, Any], fonenumber: str) -> None:
    """The delivery that a retry speaks of, as its first attempt left it."""
    then = datetime(2026, 11, 23, 17, 36, tzinfo=UTC)
    data = {"to": fonenumber, "from": "3215551111", "message": "hello world", "id": ID.decode()}
    event = Event(kind=NOTIFY, account=ACCOUNT, fonenumber=fonenumber, id=ID.decode(), time=then, data=data)
    failed = Attempt(number=1, at=then, reason=AttemptReason.EVENT, outcome=Outcome.STATUS, status=503, milliseconds=12)
    due = datetime.fromtimestamp(message["due"] / 1000, UTC)
    delivery = Delivery(id=message["delivery"], event=event, created=then, attempts=(failed,), tries=1, due=due)
    stack.deliveries().record([delivery], parked=lambda _: False)


@pytest.mark.parametrize("name", FILES)
def test_each_payload_becomes_what_its_row_says(deployed: Stack, secure_receiver: Receiver, name: str) -> None:
    case = CASES[name]
    event = payload(name, secure_receiver)
    if case.fields:
        set_callback(deployed, case, secure_receiver)
    if name == "retry.json":
        put_waiting_delivery(deployed, json.loads(event["Records"][0]["body"]), case.fonenumber)

    assert failures(app.lambda_handler(event, CONTEXT)) == []

    received = secure_receiver.received
    assert sorted((request.line, request.body) for request in received) == sorted(case.requests)
    types = {request.headers.get("content-type") for request in received if request.body}
    assert types <= {case.content_type}
    letters = deployed.messages("DEAD_LETTERS_URL")
    assert sorted(letter["MessageAttributes"]["reason"]["StringValue"] for letter in letters) == sorted(case.buried)
    statuses = {item["status"]["S"] for item in deployed.items("DELIVERIES_TABLE")}
    assert statuses == {"delivered"}
    assert len(deployed.items("DELIVERIES_TABLE")) == len(case.requests) + case.mails


def test_a_retry_is_the_second_attempt_of_the_same_delivery(deployed: Stack, secure_receiver: Receiver) -> None:
    case = CASES["retry.json"]
    event = payload("retry.json", secure_receiver)
    message = json.loads(event["Records"][0]["body"])
    set_callback(deployed, case, secure_receiver)
    put_waiting_delivery(deployed, message, case.fonenumber)

    app.lambda_handler(event, CONTEXT)

    [request] = secure_receiver.received
    [item] = deployed.items("DELIVERIES_TABLE")
    assert request.headers["webhook-id"] == message["delivery"]
    assert len(delivery_from_item(item).attempts) == 2


def test_every_payload_has_a_row_in_the_readme_and_those_for_deliver_one_here() -> None:
    assert sorted(chain(*payloads().values())) == ALL_FILES
    assert sorted(CASES) == sorted(FILES)


def test_every_kind_of_the_reference_has_a_payload() -> None:
    """And those of a number come in every method and as an e-mail."""
    assert set(BODIES) <= {case.kind for case in CASES.values()} <= set(CATALOGUE)
    ways = {
        case.fields.get("method", case.fields["type"]) for case in CASES.values() if case.kind == NOTIFY and case.fields
    }
    assert ways == {"GET", "POST", "JSON", "Email"}
    assert all(CATALOGUE[case.kind].scope is Scope.MESSAGE for case in CASES.values() if not case.fields)


@pytest.mark.parametrize("name", FILES)
def test_payloads_are_what_lambda_hands_over(name: str) -> None:
    for record in json.loads((EVENTS / name).read_text(encoding="utf-8"))["Records"]:
        lane = "Retries" if name == "retry.json" else "Events"
        assert record["md5OfBody"] == hashlib.md5(record["body"].encode(), usedforsecurity=False).hexdigest()
        assert f"ringback-{lane}Queue-" in record["eventSourceARN"]
        assert set(record) == {
            "messageId",
            "receiptHandle",
            "body",
            "attributes",
            "messageAttributes",
            "md5OfBody",
            "eventSource",
            "eventSourceARN",
            "awsRegion",
        }
