"""What an operator does with dead letters: looks at them, corrects them, sends them again."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from local.aws.cloud import Cloud
from local.demo.receiver import Receiver
from local.errors import LocalError
from local.paths import PROJECT
from operate.dead_letters import arguments, run
from operate.stacks import find_stack, stack_of
from tests.e2e.access import ON_THE_OPEN_ONE
from tests.e2e.customer import FONENUMBER, HELLO, Customer, dead_letters, eventually
from tests.e2e.test_feedback import Ses

pytestmark = ON_THE_OPEN_ONE  # the operator's own permissions are not the stack's


def operate(cloud: Cloud, *words: object) -> int:
    """The status of `dead-letters` with *words* behind it."""
    return run(arguments([str(word) for word in words]), stack_of(cloud))


def buried(customer: Customer) -> str:
    """The id of the customer's only dead letter, once there is one."""
    (letter,) = eventually(lambda: dead_letters(customer.cloud, customer.account))
    return str(letter["MessageId"])


def saved(customer: Customer, folder: Path) -> Path:
    """The file of the customer's only dead letter."""
    letter = buried(customer)
    operate(customer.cloud, "--most", 10_000, "--save", folder)
    return folder / f"{letter}.json"


def test_a_malformed_event_that_has_been_fixed_is_delivered(
    customer: Customer, receiver: Receiver, tmp_path: Path
) -> None:
    customer.wants("messages/receive_notify", method="GET", url=f"{receiver.url}/((msg))")
    customer.happens("messages/receive_notify", HELLO | {"msg": "fixed"}, fonenumber="555")
    file = saved(customer, tmp_path)
    file.write_text(file.read_text().replace('"fonenumber": "555"', f'"fonenumber": "{FONENUMBER}"'))

    assert operate(customer.cloud, "--put", file) == 0

    assert eventually(lambda: [one.request.target for one in receiver.exchanges]) == ["/fixed"]
    assert eventually(customer.statuses) == ["delivered"]
    assert not dead_letters(customer.cloud, customer.account)


def test_one_that_has_not_been_fixed_comes_back_with_its_reason(
    customer: Customer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    customer.happens("messages/teleported", HELLO)
    before = saved(customer, tmp_path)

    operate(customer.cloud, "--put", before)

    after = eventually(lambda: dead_letters(customer.cloud, customer.account))
    assert len(after) == 1
    assert after[0]["MessageId"] != before.stem
    assert after[0]["Body"] == before.read_text()
    capsys.readouterr()
    operate(customer.cloud, "--most", 10_000)
    shown = capsys.readouterr().out
    assert "unknown_event" in shown
    assert after[0]["MessageId"] in shown
    assert "hello world" not in shown


def test_poison_says_its_queue_and_goes_back_there_once_the_fault_is_mended(
    customer: Customer, receiver: Receiver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A retry that no attempt could be recorded of; then the table is whole again."""
    customer.wants("messages/receive_notify", method="GET", url=receiver.url)
    cloud, owner = customer.cloud, f"{customer.account}#{FONENUMBER}"
    key = {"owner": {"S": owner}, "delivery": {"S": "0" * 32}}
    table, url = cloud.outputs["DeliveriesTable"], cloud.outputs["RetriesQueueUrl"]
    dynamodb, sqs = cloud.client("dynamodb"), cloud.client("sqs")
    dynamodb.put_item(TableName=table, Item={**key, "status": {"S": "?"}})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "0"})
    retry = {"version": 1, "owner": owner, "delivery": "0" * 32, "due": 0}
    try:
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(retry), MessageGroupId=customer.account)
        buried(customer)
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "181"})
    file = saved(customer, tmp_path)
    shown = capsys.readouterr().out
    assert f"the queue {url.rsplit('/', 1)[-1]}: received 5 times" in shown
    assert "poison" in shown
    dynamodb.delete_item(TableName=table, Key=key)

    operate(cloud, "--put", file)

    assert capsys.readouterr().out == f"{file.stem}: sent to the Retries queue\n"
    waiting = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    eventually(
        lambda: set(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=waiting)["Attributes"].values()) == {"0"}
    )
    assert not dead_letters(cloud, customer.account)  # a retry whose delivery is gone is dropped


def test_a_report_that_feedback_failed_at_is_handed_to_it_again(customer: Customer, tmp_path: Path) -> None:
    address, outputs = f"owner.{customer.account}@example.com", customer.cloud.outputs
    customer.wants("messages/receive_notify", email=address)
    arn = f"arn:aws:lambda:us-east-1:000000000000:function:{outputs['FeedbackFunctionName']}"
    report = Ses(customer.cloud).event("mail-bounced", customer, address)
    record = {"requestContext": {"functionArn": arn, "condition": "RetriesExhausted"}, "requestPayload": report}
    customer.cloud.client("sqs").send_message(
        QueueUrl=outputs["DeadLettersUrl"], MessageBody=json.dumps(record), MessageGroupId=customer.account
    )

    assert operate(customer.cloud, "--put", saved(customer, tmp_path)) == 0

    assert eventually(lambda: (customer.callback("messages/receive_notify") or {}).get("disabled"))
    assert not dead_letters(customer.cloud, customer.account)


def aws(cloud: Cloud) -> dict[str, str]:
    """What a person has set who may use *cloud* as their AWS."""
    return {
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_REGION": cloud.region,
        "AWS_ACCESS_KEY_ID": cloud.key,
        "AWS_SECRET_ACCESS_KEY": cloud.secret,
    }


def test_make_lists_those_of_a_stack_that_is_named(customer: Customer) -> None:
    """With the person's own settings, which no other target sees."""
    customer.happens("messages/teleported", HELLO)
    letter = buried(customer)
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "AWS_"))}

    listed = subprocess.run(
        ["make", "--silent", "dead-letters", "STACK=ringback", "MOST=10000"],  # noqa: S607 - as a person says it
        cwd=PROJECT,
        env={**outside, **aws(customer.cloud)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert letter in listed.stdout
    assert "Dead letters in ringback: about" in listed.stdout


def test_a_name_that_no_stack_has_is_refused(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in aws(cloud).items():
        monkeypatch.setenv(name, value)

    assert find_stack("ringback").outputs == cloud.outputs
    with pytest.raises(LocalError, match=f"there is no stack ringbak in {cloud.region}"):
        find_stack("ringbak")
