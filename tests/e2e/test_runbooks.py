"""The runbooks: each command block of docs/operations.md and docs/deploy.md is pasted as it stands, on a local AWS."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from local.aws.ministack import stop
from local.demo.receiver import Receiver
from local.paths import PROJECT, Paths
from local.up import up
from tests.e2e.customer import HELLO, Customer, eventually
from tests.e2e.runbook import Block, Pasted, blocks, paste

OPERATIONS = PROJECT / "docs" / "operations.md"
DEPLOY = PROJECT / "docs" / "deploy.md"
BLOCKS = [*blocks(OPERATIONS), *blocks(DEPLOY)]

BY_SAM = "`sam deploy`: [the test of deployments](../tests/e2e/test_deployment.py) does it, with the real `sam`"
BY_THE_TEST_OF_DEAD_LETTERS = "[its own test](../tests/e2e/test_dead_letters.py) does it"
NOT_RUN: Mapping[str, str] = {
    "operations.md, Dead letters, 1": BY_THE_TEST_OF_DEAD_LETTERS,
    "operations.md, Correcting one, 1": BY_THE_TEST_OF_DEAD_LETTERS,
    "operations.md, Sending all of them again, 1": "the local AWS does not know move tasks",
    "operations.md, Changing a parameter, 1": BY_SAM,
    "operations.md, Deploying a fix, and going back, 1": BY_SAM,
    "operations.md, Log level, 1": BY_SAM,
    "deploy.md, Deploying it, 1": BY_SAM,
    "deploy.md, Deploying it, 2": BY_SAM,
    "deploy.md, A KMS key of your own, 1": "`sam deploy` with a key of yours",
    "deploy.md, Stages, 1": BY_SAM,
}
"""Blocks that are not pasted, and why; docs/operations.md has the same list."""

TAIL = "aws logs tail"
"""Version 2 of the AWS CLI alone has it, and that is on no package index: it runs where the machine has it."""

SINCE = (2, 12)
"""The version of the AWS CLI that knows all that the pages say."""

CALL = re.compile(r"\$\((out|res) (\w+)\)")
"""What the blocks ask CloudFormation for, by the functions that are pasted first."""


def remembered(given: Sequence[Block]) -> str:
    """Ask for each name once, and answer from memory then: half of all calls, and each starts a Python."""
    asked = sorted({call for block in given for call in CALL.findall(block.commands)})
    answers = [f"known[{function},{name}]=$({function} {name})" for function, name in asked]
    functions = [
        f'eval "asked_$(declare -f {name})"; {name}() {{ echo "${{known[{name},$1]-$(asked_{name} "$1")}}"; }}'
        for name in ("out", "res")
    ]
    return "\n".join(["declare -A known", *answers, *functions])


UUID = "UUID=$(aws lambda list-event-source-mappings --query 'EventSourceMappings[0].UUID' --output text)"
MAKE = f'make() {{ command make -C "{PROJECT}" "$@"; }}'
DELETE = """aws dynamodb delete-item --table-name "$TABLE" --key \\
  '{"owner":{"S":"1000001#3215551212"},"event":{"S":"messages/receive_notify"}}'"""
RESTORE = (
    next(block.commands for block in BLOCKS if block.name == "operations.md, Restoring a table, 1") + " >/dev/null"
)
BEFORE: Mapping[str, str] = {
    "operations.md, EventsAgeAlarm, 1": UUID,
    "operations.md, A customer asks why a callback did not arrive, 1": MAKE,
    "operations.md, Restoring a table, 2": DELETE,
    "operations.md, Restoring a table, 4": RESTORE,
    "deploy.md, Events, 1": """TOPIC=$(aws sns create-topic --name telephony --query TopicArn --output text)
EVENTS_QUEUE_ARN=$(out EventsQueueArn)""",
    "deploy.md, Taking it down, 1": """TABLE=$(out DeliveriesTable)
KEY=$(out CredentialsKeyArn)
IDENTITY=stage.example
aws sesv2 create-email-identity --email-identity "$IDENTITY" >/dev/null""",
}
"""What a person has done or looked up before a block, by its name."""


def aws() -> tuple[Path, bool]:
    """The AWS CLI, and whether it is version 2: the machine's, or the one that `make` has brought."""
    there = shutil.which("aws")
    if there:
        # Elsewhere than in this checkout, whose .python-version would have its say.
        said = subprocess.run([there, "--version"], cwd="/", capture_output=True, text=True, check=False)  # noqa: S603 - the CLI
        version = re.match(r"aws-cli/(\d+)\.(\d+)", said.stdout)
        if version and tuple(map(int, version.groups())) >= SINCE:
            return Path(there).parent, True
    return PROJECT / ".tools" / "aws" / "bin", False


CLI, IS_VERSION_2 = aws()
RUN = [block for block in BLOCKS if block.name not in NOT_RUN and (IS_VERSION_2 or TAIL not in block.commands)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stands in for the checkout in which `make up` has been said."""
    return tmp_path_factory.mktemp("checkout")


@pytest.fixture(scope="module")
def customer(folder: Path) -> Iterator[Customer]:
    """One of a stack that the runbooks take apart."""
    paths = Paths(home=folder / ".local")
    customer = Customer(up(paths))
    customer.account = "1000001"
    yield customer
    stop(paths)


@pytest.fixture(scope="module")
def pasted(customer: Customer, folder: Path) -> dict[str, Pasted]:
    """What became of each block."""
    with Receiver() as receiver:
        customer.wants("messages/receive_notify", method="JSON", url=receiver.url)
        customer.happens("messages/receive_notify", HELLO)
        eventually(lambda: customer.statuses() == ["delivered"])
    path = f"{CLI}:{os.environ['PATH']}"
    before = {RUN[2].name: remembered(RUN), **BEFORE}
    return paste(RUN, folder=folder, environment=os.environ | {"PATH": path, "AWS_PAGER": ""}, before=before)


@pytest.mark.parametrize("block", RUN, ids=lambda block: block.name)
def test_a_block_does_what_it_says(pasted: dict[str, Pasted], block: Block) -> None:
    assert pasted[block.name].status == 0, pasted[block.name].shown


def test_a_delivery_that_a_customer_asks_about_is_shown(pasted: dict[str, Pasted]) -> None:
    shown = pasted["operations.md, A customer asks why a callback did not arrive, 1"].shown
    assert '"status": "delivered"' in shown
    assert '"outcome": "delivered"' in shown


def test_what_a_customer_has_deleted_is_back(pasted: dict[str, Pasted], customer: Customer) -> None:
    """Copied from the restored table, and that one got the name of the first."""
    assert pasted["operations.md, Restoring a table, 2"].status == 0
    assert customer.callback("messages/receive_notify")


def test_the_page_says_which_blocks_are_not_run() -> None:
    page = OPERATIONS.read_text(encoding="utf-8")
    names = {block.name for block in BLOCKS}

    assert NOT_RUN.keys() | BEFORE.keys() <= names
    for name, why in NOT_RUN.items():
        where = name.removeprefix("operations.md, ").rpartition(", ")[0]
        assert f"| {where} | {why} |" in page
