"""examples/cdk: the app is synthesized by the real CDK, and its template deployed beside the stack."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from local.aws.cloud import Cloud
from local.demo.receiver import Receiver
from local.paths import PROJECT
from tests.e2e.customer import HELLO, Customer, eventually
from tools.lint_template import complaints

PYTHON = PROJECT / ".tools" / "examples" / "bin" / "python"
SYNTH_SECONDS = 300
"""It takes 10 on an idle machine."""

HOOK = "https://example.com/ringback"
BOOTSTRAP = "/cdk-bootstrap/hnb659fds/version"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """What CDK makes of the app."""
    out = tmp_path_factory.mktemp("cdk.out")
    environment = os.environ | {"CDK_OUTDIR": str(out), "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1"}
    subprocess.run(  # noqa: S603 - our own words
        [PYTHON, PROJECT / "examples" / "cdk" / "app.py"], env=environment, check=True, timeout=SYNTH_SECONDS
    )
    made: Mapping[str, Any] = json.loads((Path(out) / "platform.template.json").read_text(encoding="utf-8"))
    return made


def test_the_template_is_a_good_one(template: Mapping[str, Any]) -> None:
    """Its style is CDK's; nothing in it is wrong."""
    assert [one for one in complaints(dict(template)) if one.startswith("E")] == []


def test_it_finds_ringback_by_the_outputs_that_the_stack_publishes(template: Mapping[str, Any], cloud: Cloud) -> None:
    named = [one["Default"] for one in template["Parameters"].values() if one["Default"] != BOOTSTRAP]
    found = cloud.client("ssm").get_parameters(Names=named)

    assert sorted(named) == [
        f"/ringback/ringback/{name}" for name in ("CallbackResourceArn", "EventsQueueArn", "EventsQueueUrl")
    ]
    assert {one["Name"].rpartition("/")[2]: one["Value"] for one in found["Parameters"]} == {
        name: cloud.outputs[name] for name in ("CallbackResourceArn", "EventsQueueArn", "EventsQueueUrl")
    }


def test_its_callback_is_set_and_its_producer_s_event_is_delivered(
    template: Mapping[str, Any], cloud: Cloud, receiver: Receiver
) -> None:
    cloud.client("ssm").put_parameter(Name=BOOTSTRAP, Value="21", Type="String")
    cloudformation = cloud.client("cloudformation")
    cloudformation.create_stack(
        StackName="platform",
        Capabilities=["CAPABILITY_IAM"],
        TemplateBody=json.dumps(template).replace(HOOK, receiver.url),
    )
    eventually(lambda: not status(cloud).endswith("IN_PROGRESS"))
    assert status(cloud) == "CREATE_COMPLETE"

    customer = Customer(cloud)
    customer.account = "1000001"
    cloud.client("lambda").invoke(
        FunctionName=producer(cloud),
        Payload=json.dumps(customer.event("messages/receive_notify", HELLO)).encode(),
    )

    eventually(lambda: receiver.exchanges)
    assert HELLO["msg"] in receiver.exchanges[0].request.body.decode()


def status(cloud: Cloud) -> str:
    found: str = cloud.client("cloudformation").describe_stacks(StackName="platform")["Stacks"][0]["StackStatus"]
    return found


def producer(cloud: Cloud) -> str:
    resources = cloud.client("cloudformation").describe_stack_resources(StackName="platform")["StackResources"]
    (name,) = (str(one["PhysicalResourceId"]) for one in resources if one["ResourceType"] == "AWS::Lambda::Function")
    return name
