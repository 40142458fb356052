"""The functions' permissions are enough: here MiniStack enforces them, as AWS does."""

import json
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from requests import Response

from local.cloud import Cloud
from local.mailbox import letters
from local.ministack import REGION, start, stop
from local.package import package
from local.places import PROJECT, Places
from local.receiver import Receiver, Reply
from local.stack import deploy
from local.up import api_url, verify_sender
from ringback.lines import Lines
from tests.e2e.customer import FONENUMBER, HELLO, Customer, dead_letters, eventually
from tools.template import Template, load

CUSTOM_CALLBACK = PROJECT / "docs" / "custom-callback.yaml"


def as_ministack_has_it(template: Template) -> Template:
    """Three differences from AWS; the unit tests hold what is taken out here.

    It speaks no TLS here, knows neither the resource nor the sender of a mail, nor the source of a notice, and
    SendMessageBatch is an action.
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
                    if statement["Sid"] == "TellThePlatform":
                        del statement["Condition"]
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
    outputs = deploy(packaged, bare.client("cloudformation"))
    strict = replace(bare, outputs=outputs, api=api_url(bare.endpoint, outputs["ApiUrl"]))
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
    assert "410" in eventually(lambda: (customer.callback("messages/receive_notify") or {}).get("disabled", ""))


def test_deliver_may_tell_the_platform(customer: Customer, receiver: Receiver) -> None:
    events, sqs = customer.cloud.client("events"), customer.cloud.client("sqs")
    url = sqs.create_queue(QueueName="notices")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="notices", EventPattern=json.dumps({"source": ["ringback"]}))
    events.put_targets(Rule="notices", Targets=[{"Id": "notices", "Arn": arn}])
    receiver.reply = lambda _: Reply(status=HTTPStatus.GONE)
    customer.wants("messages/receive_notify", method="GET", url=receiver.url)

    customer.happens("messages/receive_notify", HELLO)

    def told() -> set[str]:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        notices = [json.loads(message["Body"]) for message in messages]
        return {one["detail-type"] for one in notices if one["detail"]["account"] == customer.account}

    assert eventually(told) <= {"callback.disabled", "delivery.failed"}


def test_requeue_may_serve_the_lines_of_waiting_deliveries(customer: Customer, receiver: Receiver) -> None:
    customer.wants("messages/receive_notify", method="GET", url=receiver.url)
    key = (f"{customer.account}#{FONENUMBER}", "messages/receive_notify")
    lines = Lines(table=customer.cloud.outputs["DeliveriesTable"], dynamodb=customer.cloud.client("dynamodb"))
    lines.announce(key)

    customer.requeue()

    assert [line.closed is not None for line in lines.all() if line.callback == key] == [True]


def test_requeue_may_move_what_is_due(customer: Customer, receiver: Receiver) -> None:
    replies = [Reply(status=HTTPStatus.SERVICE_UNAVAILABLE, headers=(("Retry-After", "920"),)), Reply()]
    receiver.reply = lambda _: replies.pop(0)
    customer.wants("messages/receive_notify", method="GET", url=receiver.url)
    customer.happens("messages/receive_notify", HELLO)
    eventually(customer.deliveries)
    customer.is_due_at(time.time())

    assert customer.requeue() == {"requeued": 1}
    assert eventually(lambda: customer.statuses() == ["delivered"])


def signed(cloud: Cloud, verb: str, path: str, account: str, body: Mapping[str, object] | None = None) -> Response:
    """A call by the platform for *account*, signed as AWS wants it."""
    headers = {"account": account} | ({"Content-Type": "application/json"} if body else {})
    url = f"{cloud.api}{path}"
    request = AWSRequest(verb, url, headers=headers, data=json.dumps(body) if body else b"")
    SigV4Auth(Credentials(cloud.key, cloud.secret), "execute-api", cloud.region).add_auth(request)
    return requests.request(verb, url, headers=dict(request.headers), data=request.body, timeout=30)


@pytest.fixture
def platform(cloud: Cloud) -> Cloud:
    """The same cloud for somebody who may do one thing: call the API."""
    return with_policy(cloud, "platform", {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"})


def test_without_an_issuer_the_platform_calls_the_api_with_its_signature(
    platform: Cloud, customer: Customer, receiver: Receiver
) -> None:
    """And the API may do all that it has to: set, seal, list, test, mail, log, sign, send again."""
    account, number = customer.account, f"/v2/fonenumbers/{FONENUMBER}"
    wanted = {"fonenumber": FONENUMBER, "type": "Callback", "method": "JSON", "url": receiver.url}
    sealed = wanted | {"url_username": "alice", "url_password": "open sesame"}
    mail = {"fonenumber": FONENUMBER, "type": "Email", "email": f"owner.{account}@example.com"}
    calls: list[tuple[str, str, dict[str, object]]] = [
        ("POST", "/v2/messages/receive_notify", {**sealed}),
        ("POST", "/v2/faxes/receive_notify", {**mail}),
        ("POST", "/v2/accounts/signing_secret", {}),
        ("POST", "/v2/accounts/signing_secret/rotate", {}),
        ("PUT", "/v2/accounts/contact", {"email": f"owner.{account}@example.com"}),
        ("GET", number, {}),
        ("GET", "/v2/fonenumbers", {}),
        ("POST", f"{number}/messages/receive_notify/test", {}),
        ("POST", f"{number}/faxes/receive_notify/test", {}),
        ("GET", f"{number}/deliveries", {}),
        ("GET", f"{number}/health", {}),
        ("POST", "/v2/messages/receive_notify", {"fonenumber": FONENUMBER, "type": "None"}),
        ("POST", "/v2/messages/send_notify", {**wanted}),
    ]
    for verb, path, body in calls:
        answer = signed(platform, verb, path, account, body)
        assert answer.ok, f"{verb} {path}: {answer.text}"
    assert all(one["status"] == "delivered" for one in customer.deliveries())

    customer.happens("messages/send_notify", HELLO)
    eventually(lambda: len(receiver.exchanges) == 2)
    sent = receiver.exchanges[1].request.header("webhook-id")
    eventually(lambda: customer.statuses().count("delivered") == 3)
    answer = signed(platform, "POST", f"{number}/deliveries/{sent}/redeliver", account)
    assert answer.ok, answer.text
    eventually(lambda: len(receiver.exchanges) == 3)


def test_unsigned_or_signed_by_somebody_who_may_not_the_api_is_closed(cloud: Cloud, platform: Cloud) -> None:
    stranger = with_policy(cloud, "stranger", {"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"})

    unsigned = requests.get(f"{cloud.api}/v2/fonenumbers", headers={"account": "1000001"}, timeout=30)
    assert unsigned.status_code == HTTPStatus.FORBIDDEN
    assert signed(stranger, "GET", "/v2/fonenumbers", "1000001").status_code == HTTPStatus.FORBIDDEN
    assert signed(replace(platform, secret="guessed"), "GET", "/v2/events", "1").status_code == HTTPStatus.FORBIDDEN
    assert requests.get(f"{cloud.api}/docs", timeout=30).ok


def test_the_platform_has_to_say_for_which_account_it_calls(platform: Cloud) -> None:
    answer = signed(platform, "GET", "/v2/fonenumbers", "")

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "account: missing" in answer.json()["message"]


def test_the_custom_resource_may_set_a_callback_and_remove_it(cloud: Cloud, customer: Customer) -> None:
    cloudformation, name = cloud.client("cloudformation"), f"callbacks-{customer.account}"
    given = {
        "CallbackResourceArn": cloud.outputs["CallbackResourceArn"],
        "Account": customer.account,
        "Fonenumber": FONENUMBER,
        "Url": "https://example.com/",
    }
    parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]
    cloudformation.create_stack(StackName=name, TemplateBody=CUSTOM_CALLBACK.read_text(), Parameters=parameters)

    assert eventually(lambda: customer.callback("faxes/receive_notify"))
    eventually(lambda: customer.callback("messages/receive_notify"))
    eventually(lambda: "COMPLETE" in cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])
    cloudformation.delete_stack(StackName=name)
    eventually(lambda: customer.callback("faxes/receive_notify") is None)


def test_a_topic_and_the_event_bus_may_put_events_on_the_queue(customer: Customer, receiver: Receiver) -> None:
    customer.wants("messages/receive_notify", method="GET", url=f"{receiver.url}/((msg))")

    customer.happens_on_topic("messages/receive_notify", HELLO | {"msg": "topic"})
    customer.happens_on_bus("messages/receive_notify", HELLO | {"msg": "bus"})

    eventually(lambda: len(receiver.exchanges) == 2)
    assert {exchange.request.target for exchange in receiver.exchanges} == {"/topic", "/bus"}


def with_policy(cloud: Cloud, name: str, statement: Mapping[str, str]) -> Cloud:
    """The same cloud, for a user who may do what *statement* says."""
    iam = cloud.client("iam")
    user = f"{name}-{secrets.token_hex(4)}"
    iam.create_user(UserName=user)
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=user, PolicyName=name, PolicyDocument=document)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    return replace(cloud, key=key["AccessKeyId"], secret=key["SecretAccessKey"])


def test_these_tests_prove_something(cloud: Cloud) -> None:
    """Somebody without permissions is refused."""
    nobody = with_policy(cloud, "nobody", {"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"})
    table = nobody.client("dynamodb")

    with pytest.raises(table.exceptions.ClientError, match="AccessDenied"):
        table.scan(TableName=cloud.outputs["DeliveriesTable"])
