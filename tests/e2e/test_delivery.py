"""An event on the queue becomes the customer's request or e-mail."""

import base64
from http import HTTPStatus

import pytest
from standardwebhooks import Webhook

from local.demo.mailbox import letters
from local.demo.receiver import Receiver, Reply
from tests.e2e.customer import HELLO, HELLO_BODY, Customer, eventually
from tests.e2e.notices import Notices

SECRET = "whsec_" + base64.b64encode(b"a secret of 24 bytes ...").decode()


FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


@pytest.mark.parametrize(
    ("method", "sent"),
    [("GET", ("GET", "", b"")), ("POST", ("POST", FORM, HELLO_BODY)), ("JSON", ("POST", JSON, HELLO_BODY))],
)
def test_the_example_of_the_guide(
    customer: Customer, receiver: Receiver, method: str, sent: tuple[str, str, bytes]
) -> None:
    verb, content_type, body = sent
    customer.wants("messages/receive_notify", method=method, url=f"{receiver.url}/notify.php?message=((msg))")

    customer.happens("messages/receive_notify", HELLO)

    request = eventually(lambda: receiver.exchanges)[0].request
    assert request.line == f"{verb} /notify.php?message=hello%20world HTTP/1.1"
    assert request.header("Host") == receiver.url.removeprefix("http://")
    assert request.header("Content-Type") == content_type
    assert request.body == body
    assert eventually(customer.statuses) == ["delivered"]


def test_a_request_is_signed_so_that_any_standard_webhooks_library_verifies_it(
    customer: Customer, receiver: Receiver
) -> None:
    customer.signs_with(SECRET)
    customer.wants("messages/receive_notify", method="JSON", url=receiver.url)

    customer.happens("messages/receive_notify", HELLO)

    request = eventually(lambda: receiver.exchanges)[0].request
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    assert Webhook(SECRET).verify(request.body, {name: request.header(name) for name in names})


def test_credentials_are_sealed_in_the_table_and_open_on_the_wire(customer: Customer, receiver: Receiver) -> None:
    customer.wants(
        "messages/receive_notify", method="GET", url=receiver.url, url_username="alice", url_password="open sesame"
    )

    customer.happens("messages/receive_notify", HELLO)

    request = eventually(lambda: receiver.exchanges)[0].request
    assert base64.b64decode(request.header("Authorization").removeprefix("Basic ")) == b"alice:open sesame"
    table = customer.cloud.client("dynamodb").scan(TableName=customer.cloud.outputs["CallbacksTable"])
    assert "open sesame" not in str(table)


def test_a_callback_that_travels_inside_its_event(customer: Customer, receiver: Receiver) -> None:
    """A delivery receipt: nothing was set, nothing is looked up."""
    callback = {"url": f"{receiver.url}/receipts/((id))", "url_username": "alice", "url_password": "open sesame"}

    customer.happens("messages/confirm", HELLO | {"ds": "delivered", "dc": "000"}, callback=callback)

    request = eventually(lambda: receiver.exchanges)[0].request
    assert request.line == f"POST /receipts/{HELLO['id']} HTTP/1.1"
    assert request.body == HELLO_BODY[:-1] + b',"deliverystate":"delivered","deliverycode":"000"}'
    assert eventually(customer.statuses) == ["delivered"]


def test_an_email_lists_the_data_under_the_names_of_the_body(customer: Customer) -> None:
    address = f"owner.{customer.account}@example.com"
    customer.wants("messages/receive_notify", email=address)

    customer.happens("messages/receive_notify", HELLO)

    letter = eventually(lambda: [one for one in letters(customer.cloud.endpoint) if one.to == address])[0]
    assert "messages/receive_notify" in letter.subject
    assert "321-555-1212" in letter.subject
    assert "message: hello world\n" in letter.text
    assert "hello world" in letter.html
    assert eventually(customer.statuses) == ["delivered"]


def test_nobody_asked_nothing_happens(customer: Customer, receiver: Receiver) -> None:
    """An event without a callback leaves no trace; the next one, with a callback, is delivered."""
    customer.wants("messages/send_notify", method="JSON", url=receiver.url)

    customer.happens("messages/receive_notify", HELLO)
    customer.happens("messages/send_notify", HELLO)

    eventually(lambda: receiver.exchanges)
    assert eventually(customer.statuses) == ["delivered"]


def test_an_event_that_comes_twice_is_delivered_once(customer: Customer, receiver: Receiver) -> None:
    customer.wants("messages/receive_notify", method="JSON", url=receiver.url)
    customer.wants("messages/send_notify", method="JSON", url=f"{receiver.url}/last")
    same = {"id": HELLO["id"], "time": "2026-11-23T17:36:00Z"}

    customer.happens("messages/receive_notify", HELLO, **same)
    eventually(customer.statuses)
    customer.happens("messages/receive_notify", HELLO, **same)
    customer.happens("messages/send_notify", HELLO)

    eventually(lambda: [one for one in receiver.exchanges if one.request.target == "/last"])
    assert [one.request.target for one in receiver.exchanges] == ["/", "/last"]


def test_a_receiver_that_is_gone_is_called_no_more_and_the_platform_is_told(
    customer: Customer, receiver: Receiver
) -> None:
    told = Notices(customer)
    receiver.reply = lambda _: Reply(status=HTTPStatus.GONE)
    customer.wants("messages/receive_notify", method="GET", url=receiver.url)

    customer.happens("messages/receive_notify", HELLO)

    assert eventually(lambda: customer.statuses() == ["failed"])
    assert "410" in eventually(lambda: (customer.callback("messages/receive_notify") or {}).get("disabled", ""))
    eventually(lambda: told.kinds() == {"callback.disabled", "delivery.failed"})
