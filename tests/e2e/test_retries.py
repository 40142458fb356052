"""What failed is tried again, on the second; what we cannot handle does not go round for ever."""

import json
import time
from http import HTTPStatus

from deliver.messages import read_message
from local.demo.receiver import Receiver, Reply, Request
from ringback.models import Event, delivery_id
from ringback.storage.backlog import Backlogs
from tests.e2e.customer import FONENUMBER, HELLO, Customer, dead_letters, eventually


class DownOnce:
    """A server that answers 503 to the first request."""

    def __init__(self, **headers: str) -> None:
        self._headers = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        self._seen = 0

    def __call__(self, request: Request) -> Reply:
        del request
        self._seen += 1
        return Reply() if self._seen > 1 else Reply(status=HTTPStatus.SERVICE_UNAVAILABLE, headers=self._headers)


def test_an_endpoint_that_was_down_gets_the_same_delivery_5_seconds_later(
    customer: Customer, receiver: Receiver
) -> None:
    receiver.reply = DownOnce()
    customer.wants("messages/receive_notify", method="JSON", url=receiver.url)

    customer.happens("messages/receive_notify", HELLO)

    eventually(lambda: len(receiver.exchanges) == 2)
    first, second = (exchange.request for exchange in receiver.exchanges)
    assert second.body == first.body
    assert second.header("webhook-id") == first.header("webhook-id")
    assert 4 <= second.at - first.at <= 15
    assert eventually(lambda: "pending" not in customer.statuses())
    (delivery,) = customer.deliveries()
    assert delivery["status"] == "delivered"
    assert [attempt["outcome"] for attempt in delivery["attempts"]] == ["status", "delivered"]


def test_a_wait_that_no_queue_can_hold_is_in_the_table_until_requeue_takes_it(
    customer: Customer, receiver: Receiver
) -> None:
    """The receiver asks for 20 minutes; then the clock is put forward, which is to say the due time back."""
    receiver.reply = DownOnce(Retry_After="1200")
    customer.wants("messages/receive_notify", method="JSON", url=receiver.url)
    customer.happens("messages/receive_notify", HELLO)
    delivery = eventually(customer.deliveries)[0]
    assert delivery["status"] == "pending"
    assert "due_shard" in delivery
    assert float(delivery["due"]) / 1000 >= receiver.exchanges[0].request.at + 1_199

    due = time.time() + 1
    customer.is_due_at(due)
    customer.requeue()

    eventually(lambda: len(receiver.exchanges) == 2)
    assert receiver.exchanges[1].request.at >= due
    assert eventually(lambda: customer.statuses() == ["delivered"])
    assert "due_shard" not in customer.deliveries()[0]


def test_requeue_closes_the_line_of_a_callback_that_waits_for_nothing(customer: Customer) -> None:
    customer.wants("messages/receive_notify", method="GET", url="https://example.com/")
    key = (f"{customer.account}#{FONENUMBER}", "messages/receive_notify")
    lines = Backlogs(table=customer.cloud.outputs["DeliveriesTable"], dynamodb=customer.cloud.client("dynamodb"))
    lines.announce(key)

    customer.requeue()

    assert [line.closed is not None for line in lines.all() if line.callback == key] == [True]


def test_poison_ends_in_the_dead_letters_after_five_receives(customer: Customer, receiver: Receiver) -> None:
    """A delivery that no code can read, which is our fault: its message comes back, but not for ever."""
    cloud = customer.cloud
    cloud.client("dynamodb").put_item(
        TableName=cloud.outputs["DeliveriesTable"],
        Item={"owner": {"S": f"{customer.account}#{FONENUMBER}"}, "delivery": {"S": "0" * 32}, "status": {"S": "?"}},
    )
    sqs = cloud.client("sqs")
    url = cloud.outputs["RetriesQueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "0"})
    poison = {"version": 1, "owner": f"{customer.account}#{FONENUMBER}", "delivery": "0" * 32, "due": 0}
    try:
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(poison), MessageGroupId=customer.account)

        (letter,) = eventually(lambda: dead_letters(cloud, customer.account))
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "181"})
    assert json.loads(letter["Body"]) == poison
    assert not receiver.exchanges


def test_poison_does_not_take_its_neighbours_with_it(customer: Customer, receiver: Receiver) -> None:
    """One delivery that no code can read, and a good one of another customer in the same batch."""
    cloud = customer.cloud
    good = Customer(cloud)
    good.wants("messages/receive_notify", method="JSON", url=receiver.url)
    bad = customer.event("messages/receive_notify", HELLO, id="poison", time="2026-11-23T17:36:00Z")
    record = {"messageId": "1", "body": json.dumps(bad), "attributes": {}}
    event = read_message(record).content
    assert isinstance(event, Event)
    cloud.client("dynamodb").put_item(
        TableName=cloud.outputs["DeliveriesTable"],
        Item={"owner": {"S": event.owner}, "delivery": {"S": delivery_id(event)}, "status": {"S": "?"}},
    )
    records = [
        record | {"messageId": name, "body": json.dumps(message)}
        for name, message in (("bad", bad), ("good", good.event("messages/receive_notify", HELLO)))
    ]

    answer = cloud.client("lambda").invoke(
        FunctionName=cloud.outputs["DeliverFunctionName"], Payload=json.dumps({"Records": records})
    )

    assert json.load(answer["Payload"]) == {"batchItemFailures": [{"itemIdentifier": "bad"}]}
    assert receiver.exchanges
