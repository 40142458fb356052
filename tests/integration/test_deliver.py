"""The function `deliver` on moto, with receivers on real sockets."""

import json
import socket
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest
from standardwebhooks import Webhook

from deliver.dead_letters import MAX_ATTRIBUTES, MAX_BODY, DeadLetters
from deliver.messages import MAX_BYTES, read_message
from local.demo.receiver import read_request
from ringback.aws.sqs import Queue
from ringback.errors import MalformedEvent, MalformedReason
from ringback.models import (
    AttemptReason,
    Callback,
    CallbackType,
    DeliveryStatus,
    Method,
    Outcome,
    SigningSecrets,
    delivery_id,
)
from tests.integration.calling import calling
from tests.integration.delivering import BODY, KIND, MESSAGE, OWNER, PLANTED, Platform, lines, metrics
from tests.integration.lambdas import record
from tests.integration.receivers import Receiver
from tests.integration.stack import Stack

# ── The guide's own example ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("method", "target", "request_line", "content_type", "body"),
    [
        (Method.GET, "/notify.php?message=((msg))", "GET /notify.php?message=hello%20world HTTP/1.1", None, b""),
        (Method.POST, "/notify.php", "POST /notify.php HTTP/1.1", "application/x-www-form-urlencoded", BODY),
        (Method.JSON, "/notify.php", "POST /notify.php HTTP/1.1", "application/json", BODY),
    ],
)
def test_the_guide_s_example_arrives_byte_for_byte(  # noqa: PLR0913, PLR0917 - a row of the guide
    platform: Platform, method: Method, target: str, request_line: str, content_type: str | None, body: bytes
) -> None:
    """`hello world` to all three methods (guide: Data Handling)."""
    platform.set(method=method, target=target)

    assert platform.invoke(record(MESSAGE)) == []

    [request] = platform.receiver.received
    assert request.line == request_line
    assert request.headers.get("content-type") == content_type
    assert request.headers["host"] == platform.receiver.url().authority
    assert request.headers["webhook-id"] == platform.delivery().id
    assert request.body == body


def test_what_arrived_is_in_the_log(platform: Platform) -> None:
    """With the event's data, and the attempt."""
    platform.set()
    platform.invoke(record(MESSAGE))

    delivery = platform.delivery()
    [attempt] = delivery.attempts
    assert delivery.status is DeliveryStatus.DELIVERED
    assert delivery.event.data["message"] == "hello world"
    assert (attempt.number, attempt.reason, attempt.outcome) == (1, AttemptReason.EVENT, Outcome.DELIVERED)
    assert (attempt.status, attempt.excerpt) == (200, "ok")


def test_an_email_goes_out_through_ses(platform: Platform) -> None:
    """To the one address that was set."""
    platform.stack.callbacks().put(
        Callback(owner=OWNER, event=KIND, type=CallbackType.EMAIL, email="someone@example.com")
    )

    assert platform.invoke(record(MESSAGE)) == []

    assert platform.delivery().status is DeliveryStatus.DELIVERED
    [attempt] = platform.delivery().attempts
    assert attempt.detail.startswith("SES took it as ")


def test_an_account_s_secrets_sign_its_requests(platform: Platform) -> None:
    """Verified by the library that receivers use."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    platform.stack.callbacks().put_secrets(SigningSecrets(owner="1000001#*", current=secret))
    platform.set()

    platform.invoke(record(MESSAGE))

    [request] = platform.receiver.received
    assert Webhook(secret).verify(request.body, request.headers) == json.loads(BODY)


def test_a_password_is_sent_and_nowhere_else(platform: Platform, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither log nor table has it, nor the text of the message."""
    platform.receiver.status = 500
    platform.set(url_username="me", url_password=PLANTED)

    platform.invoke(record(MESSAGE))

    [request] = platform.receiver.received
    assert request.headers["authorization"] == "Basic bWU6cGxhbnRlZC1wYXNzd29yZA=="
    output = capsys.readouterr().out
    assert lines(output, "delivery.attempted")
    for hidden in (PLANTED, "bWU6cGxhbnRlZC1wYXNzd29yZA", "hello world"):
        assert hidden not in output
    assert PLANTED not in repr(platform.stack.items("DELIVERIES_TABLE"))


def test_a_delivery_receipt_goes_to_the_url_inside_it(platform: Platform) -> None:
    """No table has a callback for it; it is retried with the credentials that it brought."""
    callback = {"url": platform.receiver.text_url, "url_username": "me", "url_password": PLANTED}
    data = MESSAGE["data"] | {"ds": "delivered", "dc": "000"}
    confirm = MESSAGE | {"event": "messages/confirm", "callback": callback, "data": data}
    platform.receiver.status = 503

    platform.invoke(record(confirm))
    platform.receiver.status = 200
    platform.invoke(record(platform.retry()))

    first, second = platform.receiver.received
    assert first.body == second.body == BODY[:-1] + b',"deliverystate":"delivered","deliverycode":"000"}'
    assert first.headers["authorization"] == second.headers["authorization"]
    assert platform.delivery().status is DeliveryStatus.DELIVERED


def test_a_receipt_whose_url_is_bad_has_failed_in_its_customer_s_log(
    platform: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is no malformed event: the customer sees it and why, and operators count it; sent again, it fails again."""
    callback = {"url": f"https://my.example.com/?key={PLANTED}&m=((color))", "url_username": "me"}
    confirm = MESSAGE | {"event": "messages/confirm", "callback": {**callback, "url_password": PLANTED}}

    assert platform.invoke(record(confirm)) == []

    delivery = platform.delivery()
    [attempt] = delivery.attempts
    assert (delivery.status, delivery.due, attempt.outcome) == (DeliveryStatus.FAILED, None, Outcome.UNUSABLE)
    assert attempt.detail.startswith("url: an unknown token; messages/confirm has ((to)), ((from)), ((msg)), ")
    assert delivery.event.data["message"] == "hello world"
    assert platform.stack.messages("DEAD_LETTERS_URL") == []
    output = capsys.readouterr().out
    [line] = lines(output, "delivery.attempted")
    assert (line["outcome"], line["host"]) == ("unusable", "")
    assert metrics(output)["FailedAttempts"] == 1
    assert PLANTED not in output + repr(platform.stack.items("DELIVERIES_TABLE"))
    assert "color" not in output

    with calling(platform.stack) as api:
        api.post(f"/v2/fonenumbers/3215551212/deliveries/{delivery.id}/redeliver")
    platform.invoke(record(platform.retry()))

    assert [one.outcome for one in platform.delivery().attempts] == [Outcome.UNUSABLE, Outcome.UNUSABLE]
    assert platform.receiver.received == []


# ── Retries ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_failed_attempt_is_followed_by_a_retry(platform: Platform) -> None:
    """Five seconds later, through the lane of its own, under the same `webhook-id`."""
    platform.set()
    platform.receiver.status = 503
    assert platform.invoke(record(MESSAGE)) == []

    delivery = platform.delivery()
    assert delivery.status is DeliveryStatus.PENDING
    assert delivery.due is not None
    assert timedelta(seconds=4) <= delivery.due - delivery.attempts[0].at <= timedelta(seconds=7)
    assert platform.waiting() == 1

    platform.receiver.status = 200
    assert platform.invoke(record(platform.retry())) == []

    first, second = platform.receiver.received
    for name in ("webhook-id", "webhook-event", "webhook-event-time"):
        assert first.headers[name] == second.headers[name]
    assert [request.headers["webhook-attempt"] for request in (first, second)] == ["1", "2"]
    assert [attempt.outcome for attempt in platform.delivery().attempts] == [Outcome.STATUS, Outcome.DELIVERED]
    assert [attempt.reason for attempt in platform.delivery().attempts] == [AttemptReason.EVENT, AttemptReason.RETRY]


def test_a_long_wait_is_on_the_due_index(platform: Platform) -> None:
    """Longer than a queue can wait: `requeue` brings it back."""
    platform.set()
    platform.receiver.status = 429
    platform.receiver.headers["Retry-After"] = "3600"

    platform.invoke(record(MESSAGE))

    [item] = platform.stack.items("DELIVERIES_TABLE")
    assert "due_shard" in item
    assert platform.waiting() == 0


def test_after_ten_attempts_a_delivery_has_failed(platform: Platform) -> None:
    """The tenth leaves nothing to wait for."""
    platform.set()
    platform.receiver.status = 500
    platform.invoke(record(MESSAGE))
    for _ in range(9):
        platform.invoke(record(platform.retry()))

    delivery = platform.delivery()
    assert (delivery.status, len(delivery.attempts), delivery.due) == (DeliveryStatus.FAILED, 10, None)
    assert not any("due" in item for item in platform.stack.items("DELIVERIES_TABLE") if "status" in item)


def test_a_retry_that_is_not_due_is_dropped(platform: Platform) -> None:
    """SQS handed it out twice: the attempt that it is for has been made."""
    platform.set()
    platform.receiver.status = 500
    platform.invoke(record(MESSAGE))
    retry = platform.retry()
    platform.invoke(record(retry))

    assert platform.invoke(record(retry)) == []
    assert len(platform.receiver.received) == 2


def test_a_message_received_twice_is_delivered_once(platform: Platform) -> None:
    """In one batch, or long after; also when the platform sent it twice."""
    platform.set()

    assert platform.invoke(record(MESSAGE), record(MESSAGE)) == []
    assert platform.invoke(record(MESSAGE)) == []

    assert len(platform.receiver.received) == 1


def test_a_batch_is_looked_up_and_recorded_together(platform: Platform, calls: list[tuple[str, Any]]) -> None:
    """A message received twice costs nothing: 30 events and one of them again take one read and two writes."""
    platform.set()
    calls.clear()
    messages = [record(MESSAGE | {"id": str(number)}) for number in range(30)]

    assert platform.invoke(*messages, record(MESSAGE | {"id": "0"})) == []

    assert len(platform.receiver.received) == 30
    names = [name for name, _ in calls]
    assert names.count("batch_get_item") == 1
    assert (
        2 <= names.count("batch_write_item") == len(calls) - 1 <= 6
    )  # a group is handed on when nothing comes for 30 ms


def test_no_item_is_read_twice_in_a_batch(platform: Platform, calls: list[tuple[str, Any]]) -> None:
    """A retry's callback is known when its delivery is; events have brought most of what it needs by then."""
    platform.set()
    platform.receiver.status = 500
    platform.invoke(record(MESSAGE))
    platform.set(event="messages/send_notify")
    batch = [platform.retry(), MESSAGE | {"id": "1"}, MESSAGE | {"event": "messages/send_notify"}]
    calls.clear()

    platform.invoke(*map(record, batch))

    keys = [
        (table, *(value["S"] for value in key.values()))
        for name, request in calls
        if name == "batch_get_item"
        for table, wanted in request["RequestItems"].items()
        for key in wanted["Keys"]
    ]
    assert len(keys) == len(set(keys)) == 6  # three deliveries, two callbacks, one account's secrets


def test_a_setting_counts_from_the_next_event_on(platform: Platform) -> None:
    """In an environment that has just seen that there was none, or another one, or that it is None."""
    events = [record(MESSAGE | {"id": str(number)}) for number in range(4)]

    platform.invoke(events[0])
    platform.set()
    platform.invoke(events[1])
    platform.set(target="/other")
    platform.invoke(events[2])
    platform.stack.callbacks().remove((OWNER, KIND))
    platform.invoke(events[3])

    assert [request.line.split()[1] for request in platform.receiver.received] == ["/hook", "/other"]


@pytest.fixture
def behind(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads that need not be consistent see nothing of what was written: a replica that is a second behind."""
    whole: Any = platform.stack.dynamodb.batch_get_item

    def read(*, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - DynamoDB's name
        consistent = {name: wanted for name, wanted in RequestItems.items() if wanted["ConsistentRead"]}
        responses = whole(RequestItems=consistent)["Responses"] if consistent else {}
        return {"Responses": {name: [] for name in RequestItems} | responses}

    monkeypatch.setattr(platform.stack.dynamodb, "batch_get_item", read)


@pytest.mark.usefixtures("behind")
def test_the_first_event_after_a_callback_was_set_does_not_vanish(platform: Platform) -> None:
    """Who tries it out has just set it: where none is found, it is looked up again, consistently."""
    platform.set()

    platform.invoke(record(MESSAGE))

    assert len(platform.receiver.received) == 1


@pytest.mark.usefixtures("behind")
def test_what_an_earlier_receive_recorded_is_not_missed(platform: Platform) -> None:
    """Retries and what SQS hands out again are read consistently, and all that came with them."""
    platform.set()
    platform.receiver.status = 500
    platform.invoke(record(MESSAGE))

    assert platform.invoke(record(MESSAGE, receives=2)) == []
    platform.receiver.status = 200
    assert platform.invoke(record(platform.retry())) == []

    assert len(platform.receiver.received) == 2
    assert [attempt.status for attempt in platform.delivery().attempts] == [500, 200]


@pytest.mark.usefixtures("behind")
def test_a_copy_of_an_event_whose_record_is_not_seen_yet_changes_nothing_for_the_worse(platform: Platform) -> None:
    """It is sent once more, under the same id; a failure does not replace what is recorded."""
    platform.set()
    platform.invoke(record(MESSAGE))
    platform.receiver.status = 500

    assert platform.invoke(record(MESSAGE)) == []

    assert [request.headers["webhook-id"] for request in platform.receiver.received] == [platform.delivery().id] * 2
    assert platform.delivery().status is DeliveryStatus.DELIVERED


@pytest.mark.parametrize(("receives", "consistent"), [(1, False), (2, True)])
def test_new_events_are_looked_up_at_half_the_price(
    platform: Platform, calls: list[tuple[str, Any]], receives: int, *, consistent: bool
) -> None:
    platform.set()
    calls.clear()

    platform.invoke(record(MESSAGE, receives=receives))

    [(_, request)] = [call for call in calls if call[0] == "batch_get_item"]
    assert [wanted["ConsistentRead"] for wanted in request["RequestItems"].values()] == [consistent, consistent]


def test_a_retry_goes_by_the_callback_as_it_is_then(platform: Platform) -> None:
    """A customer who corrects the URL and the password after a failure gets the retry there."""
    platform.set(url_username="me", url_password="wrong")
    platform.receiver.status = 401
    platform.invoke(record(MESSAGE))

    platform.set(target="/corrected", url_username="me", url_password="right")
    platform.receiver.status = 200
    platform.invoke(record(platform.retry()))

    request = platform.receiver.received[-1]
    assert request.line.startswith("POST /corrected ")
    assert request.headers["authorization"] == "Basic bWU6cmlnaHQ="
    assert platform.delivery().status is DeliveryStatus.DELIVERED


def test_a_crash_between_record_and_schedule_loses_nothing(platform: Platform) -> None:
    """The message comes back; its attempt is not repeated, its retry is scheduled."""
    platform.set()
    platform.receiver.status = 500
    platform.invoke(record(MESSAGE))
    platform.stack.sqs.purge_queue(QueueUrl=platform.stack.environment["RETRIES_QUEUE_URL"])

    assert platform.invoke(record(MESSAGE, receives=2)) == []

    assert len(platform.receiver.received) == 1
    assert platform.waiting() == 1


def test_a_retry_whose_callback_is_gone_is_cancelled(platform: Platform) -> None:
    """`None` cancels what is still under way."""
    platform.set()
    platform.receiver.status = 500
    platform.invoke(record(MESSAGE))
    platform.stack.callbacks().remove((OWNER, KIND))
    platform.restart()

    assert platform.invoke(record(platform.retry())) == []

    assert platform.delivery().status is DeliveryStatus.CANCELLED
    assert len(platform.receiver.received) == 1


def test_gone_ends_the_callback(platform: Platform) -> None:
    """410: nothing more is sent there, and what still comes is in the log as cancelled."""
    platform.set()
    platform.receiver.status = 410

    platform.invoke(record(MESSAGE))
    assert platform.delivery().status is DeliveryStatus.FAILED
    platform.invoke(record(MESSAGE | {"id": "another"}))

    assert len(platform.receiver.received) == 1
    statuses = sorted(delivery.status for delivery in platform.deliveries())
    assert statuses == [DeliveryStatus.CANCELLED, DeliveryStatus.FAILED]


def test_nobody_wants_an_event_without_a_callback(platform: Platform, capsys: pytest.CaptureFixture[str]) -> None:
    """It is counted, nothing else."""
    assert platform.invoke(record(MESSAGE)) == []

    assert platform.deliveries() == []
    assert metrics(capsys.readouterr().out) == {"Unmatched": 1}


def test_attempts_are_measured_by_outcome_and_time(platform: Platform, capsys: pytest.CaptureFixture[str]) -> None:
    """What the dashboard shows first: how many arrive, how soon after their event, and what keeps the others."""
    platform.set()
    platform.receiver.status = 500

    platform.invoke(record(MESSAGE | {"time": (datetime.now(UTC) - timedelta(minutes=5)).isoformat()}))

    emitted = [line for line in map(json.loads, capsys.readouterr().out.splitlines()) if "_aws" in line]
    [failed] = [line for line in emitted if "FailedAttempts" in line]
    [whole] = [line for line in emitted if "Attempts" in line]
    assert (failed["outcome"], failed["FailedAttempts"]) == ("status", [1])
    assert (whole["Attempts"], whole["Delivered"]) == ([1], [0])
    assert 300_000 <= whole["FirstAttemptDelay"][0] < 310_000
    assert 0 <= whole["ReceiverLatency"][0] < 10_000


# ── Bad input ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_rubbish_goes_to_the_dead_letters_and_the_rest_is_delivered(
    platform: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    """At once, whole, with a reason and one error line each."""
    platform.set()
    rubbish = ["not json", "{}", json.dumps(MESSAGE | {"fonenumber": "12"}), "\x00\x01\x02", ""]

    assert platform.invoke(*map(record, rubbish), record(MESSAGE)) == []

    assert len(platform.receiver.received) == 1
    letters = platform.stack.messages("DEAD_LETTERS_URL")
    reasons = {letter["Body"]: letter["MessageAttributes"]["reason"]["StringValue"] for letter in letters}
    assert reasons == {
        "not json": "not_json",
        "{}": "no_event",
        rubbish[2]: "bad_fonenumber",
        "���": "not_json",
        " ": "not_json",
    }
    assert all(letter["MessageAttributes"]["detail"]["StringValue"] for letter in letters)
    output = capsys.readouterr().out
    assert len(lines(output, "message.buried")) == 5
    assert metrics(output)["DeadLetters"] == 5


def test_a_mebibyte_goes_to_the_dead_letters(platform: Platform) -> None:
    """The queue takes less; what is invoked directly may have more, and is cut to what a queue takes."""
    assert platform.invoke(record("x" * 1_048_576)) == []

    [letter] = platform.stack.messages("DEAD_LETTERS_URL")
    assert len(letter["Body"]) == MAX_BODY
    assert letter["MessageAttributes"]["reason"]["StringValue"] == "too_large"
    assert "cut from 1,048,576 bytes" in letter["MessageAttributes"]["detail"]["StringValue"]


def size_of(letter: Mapping[str, Any]) -> int:
    """As SQS counts it: the body, and each attribute's name, type and value."""
    attributes = letter["MessageAttributes"]
    texts = [text for name, one in attributes.items() for text in (name, one["DataType"], one["StringValue"])]
    return sum(len(text.encode()) for text in (letter["Body"], *texts))


def test_the_largest_dead_letter_fits_the_events_queue_again(stack: Stack) -> None:
    """Its reason and what was given go back with it; characters of four bytes are the longest that there are."""
    letters = DeadLetters(queue=Queue(url=stack.environment["DEAD_LETTERS_URL"], client=stack.sqs))
    longest = MalformedEvent(MalformedReason.BAD_FONENUMBER, "\N{GRINNING FACE}" * 5_000)
    message = {"body": "x" * MAX_BYTES, "messageId": "m" * 100}

    assert letters.bury(message, longest)

    [letter] = stack.messages("DEAD_LETTERS_URL")
    assert MAX_BYTES < size_of(letter) <= MAX_BYTES + MAX_ATTRIBUTES


def test_what_the_dead_letters_do_not_take_goes_back(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """After five receives SQS moves it there itself: nothing is lost."""
    monkeypatch.setenv("DEAD_LETTERS_URL", "https://queue.amazonaws.com/123456789012/nowhere")

    assert platform.invoke(record("rubbish", message="m")) == ["m"]


def test_what_could_not_be_buried_is_not_counted_as_buried(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEAD_LETTERS_URL", "https://queue.amazonaws.com/123456789012/nowhere")

    platform.invoke(record("rubbish", message="m"))

    output = capsys.readouterr().out
    assert metrics(output) == {"Returned": 1}
    assert lines(output, "message.buried") == []
    [line] = lines(output, "message.returned")
    assert (line["message_ids"], line["fault"]) == (["m"], "the dead letters did not take it")


@pytest.mark.parametrize(("owner", "delivery"), [("", "1"), ("a#1", ""), ("a" * 2049, "1"), ("a#1", "1" * 1025)])
def test_a_retry_that_no_table_can_hold_turns_back_nobody_else(platform: Platform, owner: str, delivery: str) -> None:
    """DynamoDB would refuse the whole call that reads the batch's deliveries."""
    platform.set()

    assert (
        platform.invoke(record({"version": 1, "owner": owner, "delivery": delivery, "due": 1}), record(MESSAGE)) == []
    )

    assert len(platform.receiver.received) == 1
    [letter] = platform.stack.messages("DEAD_LETTERS_URL")
    assert letter["MessageAttributes"]["reason"]["StringValue"] == "bad_retry"


def test_unknown_fields_and_empty_tokens_are_counted(platform: Platform, capsys: pytest.CaptureFixture[str]) -> None:
    """And delivered."""
    platform.set(method=Method.GET, target="/?from=((from))&id=((id))")

    platform.invoke(record(MESSAGE | {"data": {"from": "3215551111", "carrier": "x", "cost": 1}}))

    [request] = platform.receiver.received
    assert request.line == "GET /?from=3215551111&id= HTTP/1.1"
    counts = metrics(capsys.readouterr().out)
    assert (counts["UnknownFields"], counts["EmptyTokens"], counts["Delivered"]) == (2, 1, 1)


@pytest.mark.parametrize(
    ("url", "outcome"),
    [
        ("https://example.com/?x=((nonsense))", Outcome.UNUSABLE),
        ("ftp://example.com/", Outcome.UNUSABLE),
        ("http://169.254.169.254/latest/meta-data/", Outcome.REFUSED),
        ("http://[::ffff:10.0.0.1]/", Outcome.REFUSED),
    ],
)
def test_a_url_that_may_not_be_called_fails_at_once(
    platform: Platform, capsys: pytest.CaptureFixture[str], url: str, outcome: Outcome
) -> None:
    """The rules may be newer than the callback; the log says why."""
    platform.set(url=url)

    assert platform.invoke(record(MESSAGE)) == []

    delivery = platform.delivery()
    assert (delivery.status, delivery.attempts[0].outcome) == (DeliveryStatus.FAILED, outcome)
    [line] = lines(capsys.readouterr().out, "delivery.attempted")
    assert line["outcome"] == outcome
    assert line["detail"]


# ── Our own faults ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("operation", ["batch_get_item", "batch_write_item"])
def test_a_table_out_of_reach_sends_messages_back(
    platform: Platform, break_call: Callable[[str, str], None], operation: str
) -> None:
    """Nothing is recorded as an attempt."""
    platform.set()
    break_call("dynamodb", operation)

    assert platform.invoke(record(MESSAGE, message="a"), record(MESSAGE | {"id": "b"}, message="b")) == ["a", "b"]
    assert platform.stack.items("DELIVERIES_TABLE") == []


def test_kms_out_of_reach_sends_back_only_what_needs_it(
    platform: Platform, break_call: Callable[[str, str], None]
) -> None:
    """The other callbacks have no password."""
    platform.set()
    platform.stack.callbacks().put(
        replace(platform.set(), event="calls/receive_notify", url_username="me", url_password=PLANTED)
    )
    break_call("kms", "decrypt")
    call = MESSAGE | {"event": "calls/receive_notify", "data": {"status": "BEGIN"}}

    assert platform.invoke(record(MESSAGE), record(call, message="call")) == ["call"]
    assert len(platform.receiver.received) == 1


@pytest.mark.parametrize("table", ["CALLBACKS_TABLE", "DELIVERIES_TABLE"])
def test_an_item_that_cannot_be_read_holds_up_nobody_else(platform: Platform, table: str) -> None:
    """Its message comes back until it is a dead letter; its neighbours in the batch are delivered."""
    platform.set()
    call = MESSAGE | {"event": "calls/receive_notify", "data": {"status": "BEGIN"}}
    key = {"owner": {"S": OWNER}, "event": {"S": call["event"]}}
    if table == "DELIVERIES_TABLE":
        event = read_message(record(call)).content
        key |= {"delivery": {"S": delivery_id(event)}}  # type: ignore[arg-type]
    platform.stack.dynamodb.put_item(TableName=platform.stack.environment[table], Item=key)

    assert platform.invoke(record(call, message="call"), record(MESSAGE)) == ["call"]
    assert len(platform.receiver.received) == 1


def test_a_retries_queue_out_of_reach_sends_the_message_back(
    platform: Platform, break_call: Callable[[str, str], None]
) -> None:
    """Its attempt is recorded, and is not repeated when it comes again."""
    platform.set()
    platform.receiver.status = 500
    break_call("sqs", "send_message_batch")

    assert platform.invoke(record(MESSAGE, message="a")) == ["a"]
    assert platform.invoke(record(MESSAGE, message="a", receives=2)) == ["a"]
    assert len(platform.receiver.received) == 1


def test_a_bug_sends_its_message_back_and_keeps_quiet_about_its_text(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An exception that nobody foresaw may hold anything."""

    def buggy(*_: object, **__: object) -> None:
        raise RuntimeError(PLANTED)

    platform.set()
    monkeypatch.setattr("deliver.environment.render", buggy)

    assert platform.invoke(record(MESSAGE, message="a")) == ["a"]
    output = capsys.readouterr().out
    [line] = lines(output, "message.returned")
    assert line["fault"] == "RuntimeError"
    assert PLANTED not in output


def test_an_invocation_about_to_end_starts_nothing(platform: Platform) -> None:
    """What has no time to start is put off, no attempt used up, and no receive counted towards the dead letters."""
    platform.set()

    assert platform.invoke(record(MESSAGE), seconds=19) == []

    delivery = platform.delivery()
    assert platform.receiver.received == []
    assert (delivery.status, delivery.tries, delivery.attempts) == (DeliveryStatus.PENDING, 0, ())
    assert platform.waiting() == 1
    assert platform.invoke(record(platform.retry())) == []
    assert [attempt.reason for attempt in platform.delivery().attempts] == [AttemptReason.EVENT]


def test_an_invocation_that_ends_now_leaves_everything_as_it_was(platform: Platform) -> None:
    """There is no time to record anything: the message goes back untouched."""
    platform.set()

    assert platform.invoke(record(MESSAGE, message="a"), seconds=4) == ["a"]
    assert platform.deliveries() == []


def test_an_endpoint_that_hangs_holds_up_nobody(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are delivered and recorded while it hangs."""
    platform.set()
    release, written = Event(), []
    write: Callable[..., Any] = platform.stack.dynamodb.batch_write_item

    def noted(**request: Any) -> Any:
        answer = write(**request)
        for items in request["RequestItems"].values():
            written.extend(items)
        if len(written) == 5:
            release.set()
        return answer

    def hangs(receiver: Receiver, sock: socket.socket) -> None:
        assert read_request(sock)
        assert release.wait(10), "the others were not recorded while this one hung"
        sock.sendall(receiver.answer())

    monkeypatch.setattr(platform.stack.dynamodb, "batch_write_item", noted)
    with Receiver(behaviour=hangs) as slow:
        platform.set(event="calls/receive_notify", url=slow.text_url)
        call = MESSAGE | {"event": "calls/receive_notify", "data": {"status": "BEGIN"}}

        back = platform.invoke(record(call), *(record(MESSAGE | {"id": str(number)}) for number in range(5)))

    assert back == []
    assert [delivery.status for delivery in platform.deliveries()] == [DeliveryStatus.DELIVERED] * 6


def test_an_account_whose_attempts_hang_leaves_others_their_share_of_a_server(platform: Platform) -> None:
    """The other account's are delivered at once; after that its own thirty are, one after the other."""
    platform.set(target="/slow")
    platform.set(target="/fast", owner="2000002#3215551212")
    release, fast = Event(), list[str]()

    def divides(receiver: Receiver, sock: socket.socket) -> None:
        while request := read_request(sock):
            if request.line.startswith("POST /fast"):
                fast.append(request.headers["webhook-id"])
                if len(fast) == 5:
                    release.set()
            else:
                assert release.wait(10), "the other account had to wait"
            sock.sendall(receiver.answer())

    platform.receiver.behaviour = divides
    slow = [record(MESSAGE | {"id": f"slow {number}"}) for number in range(30)]
    others = [record(MESSAGE | {"account": "2000002", "id": f"fast {number}"}) for number in range(5)]

    assert platform.invoke(*slow, *others) == []

    assert [delivery.status for delivery in platform.deliveries()] == [DeliveryStatus.DELIVERED] * 35
