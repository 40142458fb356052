"""What is not an event goes to the dead letters at once, with the reason; its neighbours are delivered."""

import json

import pytest

from local.demo.receiver import Receiver
from tests.e2e.customer import FONENUMBER, HELLO, Customer, dead_letters, eventually


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("hello, this is not JSON", "not_json"),
        ("[1, 2, 3]", "not_an_object"),
        (json.dumps({"fonenumber": FONENUMBER}), "no_event"),
        (json.dumps({"event": "messages/teleported", "fonenumber": FONENUMBER}), "unknown_event"),
        (json.dumps({"event": "messages/receive_notify", "fonenumber": "555"}), "bad_fonenumber"),
        (json.dumps({"event": "messages/receive_notify", "fonenumber": FONENUMBER, "data": "text"}), "bad_data"),
    ],
)
def test_a_malformed_event_is_kept_with_the_reason(customer: Customer, body: str, reason: str) -> None:
    customer.cloud.client("sqs").send_message(
        QueueUrl=customer.cloud.outputs["EventsQueueUrl"], MessageBody=body, MessageGroupId=customer.account
    )

    (letter,) = eventually(lambda: dead_letters(customer.cloud, customer.account))
    assert letter["Body"] == body
    assert letter["MessageAttributes"]["reason"]["StringValue"] == reason
    assert letter["MessageAttributes"]["detail"]["StringValue"]


def test_the_rest_of_its_batch_is_delivered(customer: Customer, receiver: Receiver) -> None:
    customer.wants("messages/receive_notify", method="GET", url=f"{receiver.url}/((msg))")
    good = [json.dumps(customer.event("messages/receive_notify", HELLO | {"msg": text})) for text in ("one", "two")]
    bodies = [good[0], "not an event", good[1]]

    customer.cloud.client("sqs").send_message_batch(
        QueueUrl=customer.cloud.outputs["EventsQueueUrl"],
        Entries=[
            {"Id": str(number), "MessageBody": body, "MessageGroupId": customer.account}
            for number, body in enumerate(bodies)
        ],
    )

    eventually(lambda: len(receiver.exchanges) == 2)
    assert {exchange.request.target for exchange in receiver.exchanges} == {"/one", "/two"}
    assert eventually(lambda: dead_letters(customer.cloud, customer.account))


def test_a_url_that_leads_to_a_refused_address_fails_at_once(customer: Customer) -> None:
    """The local stack allows this machine's own addresses, and no other private ones."""
    customer.wants("messages/receive_notify", method="GET", url="http://169.254.169.254/latest/meta-data")

    customer.happens("messages/receive_notify", HELLO)

    assert eventually(customer.statuses) == ["failed"]
    assert "169.254.169.254" in str(customer.deliveries()[0]["attempts"])
