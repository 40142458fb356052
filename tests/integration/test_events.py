"""The payloads in events/: `deliver` gets each one as Lambda would hand it over."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from deliver import app
from ringback import dialing
from ringback.callbacks import parse_setting
from ringback.catalogue import CATALOGUE, Scope
from ringback.models import Attempt, AttemptReason, Delivery, Event, Outcome, owner_of
from tests.integration.certificates import Authority
from tests.integration.lambdas import Context, failures
from tests.integration.receivers import Receiver
from tests.integration.stack import Stack, client

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

EVENTS = Path(__file__).parents[2] / "events"
FILES = sorted(path.name for path in EVENTS.glob("*.json"))

ACCOUNT = "1000001"
INLINE = "https://receipts.example.com"
"""Stands in message-receipt.json for a server of the customer."""

NOTIFY, SENT, CALL, MADE = (
    "messages/receive_notify",
    "messages/send_notify",
    "calls/receive_notify",
    "calls/send_notify",
)
GET = {"type": "Callback", "method": "GET", "url": "/?text=((msg))"}
POST = {"type": "Callback", "method": "POST", "url": "/"}
JSON = {"type": "Callback", "method": "JSON", "url": "/"}
EMAIL = {"type": "Email", "email": "owner@example.com"}

CONTEXT = cast("LambdaContext", Context())

HELLO = b'{"to":"%s","from":"3215551111","message":"hello world","id":"%s"}'
TEXT = "Café at 5? 😀\\nBring 50% & a+b"
ID = b"0c4055acc5cc2736d818c96f4421b2f5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is set, and what then arrives."""

    kind: str = NOTIFY
    fonenumber: str = "3215551212"
    fields: Mapping[str, str] = field(default_factory=dict)
    requests: tuple[tuple[str, bytes], ...] = ()
    """Request lines and bodies, in any order."""
    content_type: str = "application/json"
    mails: int = 0
    buried: tuple[str, ...] = ()
    """Reasons of dead letters, in any order."""


CASES = {
    "message-get.json": Case(
        fonenumber="3215551201", fields=GET, requests=(("GET /?text=hello%20world HTTP/1.1", b""),)
    ),
    "message-post.json": Case(
        fonenumber="3215551202",
        fields=POST,
        requests=(("POST / HTTP/1.1", HELLO % (b"3215551202", ID)),),
        content_type="application/x-www-form-urlencoded",
    ),
    "message-json.json": Case(
        fonenumber="3215551203", fields=JSON, requests=(("POST / HTTP/1.1", HELLO % (b"3215551203", ID)),)
    ),
    "message-email.json": Case(fonenumber="3215551204", fields=EMAIL, mails=1),
    "message-sent.json": Case(
        kind=SENT,
        fields=JSON | {"url": "/sent?text=((msg))"},
        requests=(
            (
                "POST /sent?text=Caf%C3%A9%20at%205%3F%20%F0%9F%98%80%0ABring%2050%25%20%26%20a%2Bb HTTP/1.1",
                f'{{"to":"3215551111","from":"3215551212","message":"{TEXT}",'
                '"id":"7d1f0b0e9a5c4f6b8e2d3c4b5a697887"}'.encode(),
            ),
        ),
    ),
    "message-itself.json": Case(
        kind="messages/receive",
        fields=POST,
        requests=(("POST / HTTP/1.1", HELLO % (b"3215551212", ID)),),
        content_type="application/x-www-form-urlencoded",
    ),
    "message-receipt.json": Case(
        kind="messages/confirm",
        requests=(
            (
                "POST /7d1f0b0e9a5c4f6b8e2d3c4b5a697887?state=delivered HTTP/1.1",
                f'{{"to":"3215551111","from":"3215551212","message":"{TEXT}","id":"7d1f0b0e9a5c4f6b8e2d3c4b5a697887",'
                '"deliverystate":"delivered","deliverycode":"000"}'.encode(),
            ),
        ),
    ),
    "call-begins.json": Case(
        kind=CALL,
        fields=JSON | {"url": "/((status))/((disposition))"},
        requests=(
            (
                "POST /BEGIN/ HTTP/1.1",
                (
                    b'{"account_code":"1000001","direction":"INBOUND","status":"BEGIN","from":"3215551111",'
                    b'"to":"3215551212","type":"VOICE","uid":"5f0c7ad1-3a52-4c8e-9a7d-2f6b1c0e9d43"}'
                ),
            ),
        ),
    ),
    "call-ends.json": Case(
        kind=CALL,
        fields=JSON | {"url": "/((status))/((disposition))"},
        requests=(
            (
                "POST /END/ANSWERED HTTP/1.1",
                (
                    b'{"account_code":"1000001","direction":"INBOUND","status":"END","from":"3215551111",'
                    b'"to":"3215551212","type":"VOICE","disposition":"ANSWERED",'
                    b'"uid":"5f0c7ad1-3a52-4c8e-9a7d-2f6b1c0e9d43","billable_seconds":74}'
                ),
            ),
        ),
    ),
    "call-made.json": Case(
        kind=MADE,
        fields=GET | {"url": "/?how=((disposition))&seconds=((billable_seconds))"},
        requests=(("GET /?how=FAILED%3A486&seconds=0 HTTP/1.1", b""),),
    ),
    "call-record.json": Case(
        kind="accounts/cdr_notify",
        fonenumber="",
        fields={"method": "JSON", "url": "/cdr"},
        requests=(
            (
                "POST /cdr HTTP/1.1",
                (
                    b'{"account_code":"1000001","direction":"INBOUND","status":"END","from":"3215551111",'
                    b'"to":"3215551212","type":"VOICE","disposition":"ANSWERED",'
                    b'"uid":"5f0c7ad1-3a52-4c8e-9a7d-2f6b1c0e9d43","billable_seconds":74}'
                ),
            ),
        ),
    ),
    "fax-received.json": Case(
        kind="faxes/receive_notify",
        fields=JSON,
        requests=(
            (
                "POST / HTTP/1.1",
                (
                    b'{"uid":"b7c0a3d2-9e41-4f58-8f2a-6d5c4b3a2918","account_code":"1000001","status":"SUCCESS",'
                    b'"from":"3215551111","to":"3215551212","timestamp":"2026-11-23T17:36:00Z",'
                    b'"file":"https://faxes.example.com/b7c0a3d2.pdf","type":"FAX","attempts":1,"pages":3,'
                    b'"pages_transmitted":3}'
                ),
            ),
        ),
    ),
    "fax-sent.json": Case(
        kind="faxes/send_notify",
        fields=GET | {"url": "/?status=((status))&pages=((pages_transmitted))/((pages))"},
        requests=(("GET /?status=FAILED&pages=1/3 HTTP/1.1", b""),),
    ),
    "from-sns.json": Case(
        fonenumber="3215551203",
        fields=JSON,
        requests=(("POST / HTTP/1.1", HELLO % (b"3215551203", b"1d5166bdd6dd3847e929d07a5532c306")),),
    ),
    "from-eventbridge.json": Case(
        fonenumber="3215551203",
        fields=JSON,
        requests=(("POST / HTTP/1.1", HELLO % (b"3215551203", b"2e6277cee7ee4958fa3ae18b6643d417")),),
    ),
    "unknown-field.json": Case(
        fonenumber="3215551203",
        fields=JSON,
        requests=(("POST / HTTP/1.1", HELLO % (b"3215551203", b"3f7388dff8ff5a690b4bf29c7754e528")),),
    ),
    "batch-with-malformed.json": Case(
        fonenumber="3215551203",
        fields=JSON,
        requests=(
            ("POST / HTTP/1.1", HELLO % (b"3215551203", b"40849900090b6b7a1c5c03ad8865f639")),
            ("POST / HTTP/1.1", HELLO % (b"3215551203", b"51950011111c7c8b2d6d14be99760740")),
        ),
        buried=("bad_fonenumber", "not_json", "unknown_event"),
    ),
    "retry.json": Case(
        fonenumber="3215551203", fields=JSON, requests=(("POST / HTTP/1.1", HELLO % (b"3215551203", ID)),)
    ),
}


@pytest.fixture
def deployed(
    stack: Stack, secure_receiver: Receiver, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stack]:
    """A fresh execution environment whose receivers' certificates are good."""
    monkeypatch.setattr(app, "client", client)
    monkeypatch.setattr(dialing, "DEFAULT_CA_BUNDLE_PATH", authority.file)
    for name, value in stack.environment.items():
        monkeypatch.setenv(name, value)
    app.environment.cache_clear()
    yield stack
    app.environment().close()
    app.environment.cache_clear()
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
    callback = parse_setting(case.kind, fields, owner=owner_of(ACCOUNT, case.fonenumber))
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
    assert sorted((request.request_line, request.body) for request in received) == sorted(case.requests)
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
    assert len(json.loads(item["attempts"]["S"])) == 2


def test_every_payload_has_a_row_here_and_in_the_readme() -> None:
    readme = (EVENTS / "README.md").read_text(encoding="utf-8")
    rows = [line.split("`")[1] for line in readme.splitlines() if line.startswith("| `")]

    assert sorted(rows) == FILES
    assert sorted(CASES) == FILES


def test_every_kind_of_event_has_a_payload() -> None:
    """And those of a number come in every method and as an e-mail."""
    assert {case.kind for case in CASES.values()} == set(CATALOGUE)
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
