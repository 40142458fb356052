"""docs/receivers.md does as it says: its receiver is run, and every command of it, on the local stack."""

import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from local.aws.cloud import Cloud
from local.aws.daemon import HOST
from local.aws.ministack import any_free
from local.issuer import issuer
from local.paths import PROJECT, Paths
from local.send import sent
from tests.e2e.access import ON_THE_OPEN_ONE
from tests.e2e.customer import Customer, eventually

pytestmark = ON_THE_OPEN_ONE  # who may do what changes nothing about it

PAGE = (PROJECT / "docs" / "receivers.md").read_text(encoding="utf-8")
COMMANDS = [line[2:] for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
(RECEIVER,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def port() -> int:
    """In place of the page's 8000, which may be somebody's."""
    return any_free()


@pytest.fixture
def log(port: int, tmp_path: Path) -> Iterator[Path]:
    """What the page's receiver prints, while it runs."""
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own page
            [sys.executable, "-c", RECEIVER], env=os.environ | {"PORT": str(port)}, stdout=output, stderr=output
        )
    try:
        eventually(lambda: listens(port))
        yield log
    finally:
        process.terminate()
        process.wait(10)


def listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
        return True
    return False


def run(command: str, cloud: Cloud, paths: Paths, account: str) -> str:
    """What *command* prints on this test's own stack, where `make` would be about the person's."""
    if command.startswith("make send"):
        words = (word.split("=", 1) for word in shlex.split(command)[2:])
        return "\n".join(sent([f"--{name.lower()}={value}" for name, value in words], paths))
    assert command.startswith("curl ")
    token = issuer(paths, cloud.endpoint).token(account)
    asked = shlex.split(command.replace("$API", str(cloud.api)).replace("$TOKEN", token))
    return subprocess.run([*asked, "--fail-with-body"], capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own page


def test_every_command_of_the_page_does_what_it_says(
    cloud: Cloud, paths: Paths, customer: Customer, port: int, log: Path
) -> None:
    up, *commands = [command.replace(":8000", f":{port}") for command in COMMANDS]
    assert up == "make up"
    mine = [command.replace("make send", f"make send ACCOUNT={customer.account}") for command in commands]

    printed = [run(command, cloud, paths, customer.account) for command in mine]

    for command, told in zip(mine, printed, strict=True):
        if command.startswith("make send"):
            assert " is delivered:\n   attempt 1 after " in told, told
    assert "whsec_" in printed[-2]
    assert '"deliveries":[]' in printed[-1]
    lines = log.read_text(encoding="utf-8").splitlines()
    got = [line for line in lines if "_notify" in line]  # beside them are the lines of http.server's own log
    assert [line.split(" {")[0] for line in got] == [
        "POST /hook HTTP/1.1 messages/receive_notify",
        "POST /hook HTTP/1.1 messages/receive_notify",
        "GET /calls?uid=1795455360.1187 HTTP/1.1 calls/receive_notify ",
    ]
    assert '"message":"hello world"' in got[0]
    assert '"message":"50% off"' in got[1]


def test_send_says_that_nobody_wants_to_know_or_that_nobody_answers(
    paths: Paths, customer: Customer, port: int
) -> None:
    def told(word: str) -> str:
        return "\n".join(sent([f"--account={customer.account}", word], paths))

    assert "no callback is set for faxes/send_notify" in told("--event=faxes/send_notify")
    assert re.search(
        r" is pending:\n   attempt 1 .*: connect, .*; the next at 20", told(f"--url=http://{HOST}:{port}/")
    )
