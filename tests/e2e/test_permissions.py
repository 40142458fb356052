"""The functions' permissions are enough: here MiniStack enforces them, as AWS does."""

import time
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus

import pytest

from local.cloud import Cloud
from local.mailbox import letters
from local.ministack import REGION, start, stop
from local.package import package
from local.places import Places
from local.receiver import Receiver, Reply
from local.stack import deploy
from local.up import verify_sender
from tests.e2e.customer import HELLO, Customer, dead_letters, eventually
from tools.template import Template, load


def as_ministack_has_it(template: Template) -> Template:
    """Three differences from AWS; the unit tests hold what is taken out here.

    It speaks no TLS here, knows neither the resource nor the sender of a mail, and SendMessageBatch is an action.
    """
    for name, resource in list(template["Resources"].items()):
        match resource:
            case {"Type": "AWS::SQS::QueuePolicy", "Properties": {"PolicyDocument": document}}:
                document["Statement"] = [one for one in document["Statement"] if one["Sid"] != "NobodyWithoutTls"]
                if not document["Statement"]:
                    del template["Resources"][name]
            case {"Type": "AWS::IAM::Role", "Properties": {"Policies": [{"PolicyDocument": document}]}}:
                for statement in document["Statement"]:
                    if statement["Sid"] == "MailAsTheSender":
                        del statement["Condition"]
                        statement["Resource"] = "*"
                    if statement["Action"] == "sqs:SendMessage":
                        statement["Action"] = ["sqs:SendMessage", "sqs:SendMessageBatch"]
    return template


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """The stack on a MiniStack that refuses whatever is not allowed."""
    places = Places(home=tmp_path_factory.mktemp("strict"))
    daemon = start(places, more={"AUTH": "true"})
    bare = Cloud(endpoint=daemon.endpoint, region=REGION)
    template = as_ministack_has_it(load(places.build / "template.yaml"))
    packaged = package(template, build=places.build, s3=bare.client("s3"))
    strict = replace(bare, outputs=deploy(packaged, bare.client("cloudformation")))
    verify_sender(strict)
    yield strict
    stop(places)


def test_deliver_may_do_what_a_delivery_needs(customer: Customer, receiver: Receiver) -> None:
    """Read both tables, open a password, send, write, and put a retry on its queue."""
    replies = [Reply(status=HTTPStatus.SERVICE_UNAVAILABLE), Reply(), Reply()]
    receiver.reply = lambda _: replies.pop(0)
    customer.wants("messages/receive_notify", method="GET", url=receiver.url, url_username="a", url_password="b")

    customer.happens("messages/receive_notify", HELLO)

    assert eventually(lambda: customer.statuses() == ["delivered"])
    assert len(receiver.exchanges) == 2


def test_deliver_may_seal_a_password_that_came_with_its_event(customer: Customer, receiver: Receiver) -> None:
    callback = {"url": receiver.url, "url_username": "alice", "url_password": "open sesame"}

    customer.happens("messages/confirm", HELLO | {"ds": "delivered", "dc": "000"}, callback=callback)

    assert eventually(lambda: customer.statuses() == ["delivered"])


def test_deliver_may_mail_and_bury(customer: Customer) -> None:
    customer.wants("messages/receive_notify", email="owner@example.com")

    customer.happens("messages/receive_notify", HELLO)
    customer.happens("messages/teleported", HELLO)

    assert eventually(lambda: letters(customer.cloud.endpoint))
    assert eventually(lambda: dead_letters(customer.cloud, customer.account))


def test_deliver_may_disable_a_callback_whose_receiver_is_gone(customer: Customer, receiver: Receiver) -> None:
    receiver.reply = lambda _: Reply(status=HTTPStatus.GONE)
    customer.wants("messages/receive_notify", method="GET", url=receiver.url)

    customer.happens("messages/receive_notify", HELLO)

    assert eventually(lambda: customer.statuses() == ["failed"])
    assert "410" in eventually(lambda: customer.callback("messages/receive_notify").get("disabled", ""))


def test_requeue_may_move_what_is_due(customer: Customer, receiver: Receiver) -> None:
    replies = [Reply(status=HTTPStatus.SERVICE_UNAVAILABLE, headers=(("Retry-After", "920"),)), Reply()]
    receiver.reply = lambda _: replies.pop(0)
    customer.wants("messages/receive_notify", method="GET", url=receiver.url)
    customer.happens("messages/receive_notify", HELLO)
    eventually(customer.deliveries)
    customer.is_due_at(time.time())

    assert customer.requeue() == {"requeued": 1}
    assert eventually(lambda: customer.statuses() == ["delivered"])


def test_a_topic_and_the_event_bus_may_put_events_on_the_queue(customer: Customer, receiver: Receiver) -> None:
    customer.wants("messages/receive_notify", method="GET", url=f"{receiver.url}/((msg))")

    customer.happens_on_topic("messages/receive_notify", HELLO | {"msg": "topic"})
    customer.happens_on_bus("messages/receive_notify", HELLO | {"msg": "bus"})

    eventually(lambda: len(receiver.exchanges) == 2)
    assert {exchange.request.target for exchange in receiver.exchanges} == {"/topic", "/bus"}


def test_these_tests_prove_something(cloud: Cloud) -> None:
    """Somebody without permissions is refused."""
    iam = cloud.client("iam")
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    table = replace(cloud, key=key["AccessKeyId"], secret=key["SecretAccessKey"]).client("dynamodb")

    with pytest.raises(table.exceptions.ClientError, match="AccessDenied"):
        table.scan(TableName=cloud.outputs["DeliveriesTable"])
