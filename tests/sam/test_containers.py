"""`sam local invoke` as a person says it, in real containers: one payload of events/ for each function, on a local AWS.

`make test-sam` runs it where Docker or Podman answers at DOCKER_HOST, on Linux.
"""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from local.aws.cloud import Cloud
from local.aws.ministack import stop
from local.aws.stack import STACK
from local.demo.receiver import Receiver
from local.invoke import answerable
from local.paths import PROJECT, Paths
from local.template import load, of_type
from local.up import up
from tests.e2e.customer import Customer
from tests.e2e.test_deployment import with_its_code
from tests.sam.relay import relayed

SAM = PROJECT / ".tools" / "sam" / "bin" / "python"
EVENTS = PROJECT / "events"
SECONDS = 300
"""The first image of a function is built in some 20 s."""

BRIDGES = ("podman", "bridge")
"""The networks on which Podman and Docker put containers."""
ASK_FOR_THE_BRIDGE = f"""
import docker
for network in docker.from_env(timeout=5).networks.list(names={list(BRIDGES)}):
    print(network.attrs["IPAM"]["Config"][0]["Gateway"])
"""

type Invoke = Callable[[str, bytes], Any]


@pytest.fixture(scope="module")
def gateway() -> str:
    """This machine's address as containers see it."""
    line = [str(SAM), "-c", ASK_FOR_THE_BRIDGE]
    asked = subprocess.run(line, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if not asked.stdout:
        pytest.skip("neither Docker nor Podman answers (DOCKER_HOST): `sam local invoke` was not run")
    return asked.stdout.split()[0]


@pytest.fixture(scope="module")
def cloud(gateway: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """The built stack."""
    del gateway
    paths = Paths(home=tmp_path_factory.mktemp("sam"))
    yield up(paths)
    stop(paths)


@pytest.fixture
def customer(cloud: Cloud) -> Customer:
    """The one of whom the payloads speak."""
    customer = Customer(cloud)
    customer.account = "1000001"
    return customer


@pytest.fixture
def reachable(gateway: str) -> Iterator[Callable[[str], str]]:
    """Makes of a URL on this machine one that containers can call."""
    with ExitStack() as relays:

        def reached(url: str) -> str:
            port = relays.enter_context(relayed(gateway, urlsplit(url).port or 80))
            return f"http://{gateway}:{port}"

        yield reached


@pytest.fixture
def invoke(cloud: Cloud, gateway: str, reachable: Callable[[str], str], tmp_path: Path) -> Invoke:
    """Says `sam local invoke` with the variables of the deployed stack, as events/README.md has it."""
    build = Paths().build
    template = with_its_code(load(build / "template.yaml"), build)
    template["Globals"]["Function"]["Environment"]["Variables"]["AWS_ENDPOINT_URL"] = (
        ""  # sam drops what is not declared
    )
    (tmp_path / "template.json").write_text(json.dumps(template), encoding="utf-8")
    here = {"AWS_ENDPOINT_URL": reachable(cloud.endpoint), "ALLOWED_NETWORKS": f"{gateway}/32"}
    variables = {name: _deployed(cloud, name) | here for name in of_type(template, "AWS::Serverless::Function")}
    (tmp_path / "environment.json").write_text(json.dumps(variables), encoding="utf-8")

    def said(function: str, payload: bytes) -> Any:
        options = ["--template", "template.json", "--env-vars", "environment.json", "--event", "-", "--skip-pull-image"]
        done = subprocess.run(  # noqa: S603 - our own words
            [str(SAM), "-m", "samcli", "local", "invoke", function, *options],
            cwd=tmp_path,
            env=os.environ | {"__SAM_CLI_APP_DIR": str(PROJECT / ".tools" / "sam-home"), "SAM_CLI_TELEMETRY": "0"},
            input=payload,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout or "null")

    return said


def _deployed(cloud: Cloud, name: str) -> dict[str, str]:
    found = cloud.client("cloudformation").describe_stack_resource(StackName=STACK, LogicalResourceId=name)
    function = found["StackResourceDetail"]["PhysicalResourceId"]
    variables: dict[str, str] = cloud.client("lambda").get_function_configuration(FunctionName=function)["Environment"][
        "Variables"
    ]
    return variables


def payload(name: str) -> bytes:
    return (EVENTS / name).read_bytes()


def test_deliver_calls_a_customer_s_server(invoke: Invoke, customer: Customer, reachable: Callable[[str], str]) -> None:
    with Receiver() as receiver:
        customer.wants("calls/receive_notify", method="JSON", url=f"{reachable(receiver.url)}/call")

        assert invoke("DeliverFunction", payload("call-ends.json")) == {"batchItemFailures": []}

        assert [one.request.target for one in receiver.exchanges] == ["/call"]
    assert customer.statuses() == ["delivered"]


def test_requeue_moves_what_is_due(invoke: Invoke) -> None:
    assert invoke("RequeueFunction", payload("minute.json")) == {"requeued": 0}


def test_feedback_takes_a_report_of_ses(invoke: Invoke) -> None:
    assert invoke("FeedbackFunction", payload("mail-soft-bounced.json")) is None


def test_the_api_answers(invoke: Invoke) -> None:
    answer = invoke("ApiFunction", payload("api-read.json"))

    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])


def test_the_custom_resource_tells_cloudformation(invoke: Invoke, reachable: Callable[[str], str]) -> None:
    with Receiver() as cloudformation:
        request = answerable(payload("resource-create.json"), reachable(cloudformation.url))

        assert invoke("CallbackResourceFunction", request) is None

        (told,) = (json.loads(one.request.body) for one in cloudformation.exchanges)
    assert told["Status"] == "SUCCESS"
