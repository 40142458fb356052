"""Events come from SQS, and as well from an SNS topic and from EventBridge."""

from local.demo.receiver import Receiver
from tests.e2e.customer import HELLO, HELLO_BODY, Customer, eventually


def test_an_event_that_was_published_to_a_topic(customer: Customer, receiver: Receiver) -> None:
    customer.wants("messages/receive_notify", method="JSON", url=receiver.url)

    customer.happens_on_topic("messages/receive_notify", HELLO)

    assert eventually(lambda: receiver.exchanges)[0].request.body == HELLO_BODY


def test_an_event_that_was_put_on_the_event_bus(customer: Customer, receiver: Receiver) -> None:
    customer.wants("messages/receive_notify", method="JSON", url=receiver.url)

    customer.happens_on_bus("messages/receive_notify", HELLO)

    assert eventually(lambda: receiver.exchanges)[0].request.body == HELLO_BODY


def test_other_events_of_the_bus_are_not_ours(customer: Customer, receiver: Receiver) -> None:
    customer.wants("messages/receive_notify", method="GET", url=f"{receiver.url}/((msg))")

    customer.happens_on_bus("messages/receive_notify", HELLO | {"msg": "not-ours"}, detail_type="something.else")
    customer.happens_on_bus("messages/receive_notify", HELLO | {"msg": "ours"})

    eventually(customer.statuses)
    assert [exchange.request.target for exchange in receiver.exchanges] == ["/ours"]
