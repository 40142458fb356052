"""The function `deliver` on moto, with receivers on real sockets."""

import json
import socket
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest
from standardwebhooks import Webhook

from local.demo.receiver import read_request
from ringback.models import (
    AttemptReason,
    Callback,
    CallbackType,
    DeliveryStatus,
    Method,
    Outcome,
    SigningSecrets,
)
from tests.integration.calling import calling
from tests.integration.delivering import BODY, KIND, MESSAGE, OWNER, PLANTED, Platform, lines, metrics
from tests.integration.lambdas import record
from tests.integration.receivers import Receiver


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


def test_a_message_received_twice_is_delivered_once(platform: Platform) -> None:
    """In one batch, or long after; also when the platform sent it twice."""
    platform.set()

    assert platform.invoke(record(MESSAGE), record(MESSAGE)) == []
    assert platform.invoke(record(MESSAGE)) == []

    assert len(platform.receiver.received) == 1


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


def test_an_endpoint_that_hangs_holds_up_nobody(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are delivered and recorded while it hangs."""
    platform.set()
    release, written = Event(), []
    write: Any = platform.stack.dynamodb.batch_write_item

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
