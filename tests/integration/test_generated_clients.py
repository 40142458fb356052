"""What others make of the OpenAPI document: linters find nothing, and generated clients work against the handler.

`make test-integration` brings the generators and linters into .tools/clients; without npm, their tests are skipped and
say so.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api.app import api as application
from api.config import ApiConfig, Authorization
from api.gateway.editions import Bodies
from local.invocation import api_variables
from tests.integration.calling import Api
from tests.integration.delivering import KIND, Platform
from tests.integration.gateway import TOKEN, listening
from tests.integration.lambdas import record
from tests.integration.receivers import Receiver

HOME = Path(__file__).parents[2] / ".tools" / "clients"
PYTHON = HOME / "python" / "bin"
NODE = HOME / "node" / "node_modules" / ".bin"
PROGRAMS = Path(__file__).parent / "generated_clients"
BASE = "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"
PATIENCE_SECONDS = 120

EDITIONS = [(Authorization.JWT, Bodies.ALL), (Authorization.JWT, Bodies.JSON), (Authorization.IAM, Bodies.ALL)]
IMPORT_ALL = """
import pkgutil, ringback_client
for module in pkgutil.walk_packages(ringback_client.__path__, "ringback_client."):
    __import__(module.name)
"""

SPECTRAL = 'extends: ["spectral:oas"]\n'
"""Its recommended rules; as Redocly has them, no `info` passes either."""

COMMANDS = {
    "python": [
        *(str(PYTHON / "openapi-python-client"), "generate", "--path", "jwt.json.json", "--meta", "none"),
        *("--output-path", "ringback_client", "--fail-on-warning", "--config", "settings.yaml"),
    ],
    "typescript": [str(NODE / "openapi-typescript"), "jwt.all.json", "--output", "api.ts"],
    "redocly": [str(NODE / "redocly"), "lint", "--extends=recommended-strict", "--format=json"],
    "spectral": [str(NODE / "spectral"), "lint", "--ruleset=rules.yaml", "--fail-severity=hint", "--format=json"],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What others made of the document."""

    folder: Path
    running: Mapping[str, "subprocess.Popen[str]"]

    def by(self, name: str) -> str:
        """What the program *name* printed.

        Raises:
            AssertionError: it was not content.
        """
        process = self.running[name]
        printed, _ = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 0, printed
        return printed


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """All of them at once, because starting them is what takes time."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "rules.yaml").write_text(SPECTRAL, encoding="utf-8")
    (folder / "settings.yaml").write_text("post_hooks: []\n", encoding="utf-8")  # nobody reads the client
    for authorization, bodies in EDITIONS:
        settings = ApiConfig.of(api_variables(AUTHORIZATION=authorization))
        text = application.published(settings, BASE, bodies).text
        (folder / f"{authorization}.{bodies}.json").write_text(text, encoding="utf-8")
    running = {name: start(name, command, folder) for name, command in COMMANDS.items() if Path(command[0]).exists()}
    yield Made(folder=folder, running=running)
    for process in running.values():
        process.kill()
        process.communicate()


def start(name: str, command: list[str], folder: Path) -> "subprocess.Popen[str]":
    linted = [f"{authorization}.{bodies}.json" for authorization, bodies in EDITIONS]
    files = linted if name in {"redocly", "spectral"} else []
    variables = {"PATH": os.environ["PATH"], "HOME": str(folder), "REDOCLY_TELEMETRY": "off", "NO_COLOR": "1"}
    return subprocess.Popen(  # noqa: S603 - our own words
        [*command, *files], cwd=folder, env=variables, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def needs(made: Made, *names: str) -> None:
    """Skip a test for which this machine lacks one of those programs."""
    for name in names:
        if name not in made.running:
            missing = HOME / "node.missing"
            why = (
                missing.read_text(encoding="utf-8").strip() if missing.exists() else "make test-integration sets it up"
            )
            pytest.skip(f"what {name} makes of the OpenAPI document was NOT TESTED: {why}")


def day(command: list[str], folder: Path, api: Api, platform: Platform, receiver: Receiver) -> Any:
    """What a program tells of its day, at whose beginning a delivery has failed; what was sent is in *receiver*."""
    api.clock.now = datetime.now(UTC)
    platform.set()
    receiver.status = 500
    platform.invoke(record({"event": KIND, "account": "1000001", "fonenumber": "3215551212", "data": {"msg": "hi"}}))
    receiver.status = 200
    with listening(api) as url:
        variables = os.environ | {"API": url, "TOKEN": TOKEN, "RECEIVER": receiver.text_url, "PYTHONPATH": str(folder)}
        done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)  # noqa: S603 - as above
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def went_well(told: Any, receiver: Receiver) -> None:
    assert told == {
        "set": receiver.text_url,
        "preview": [True, "POST", '{"message":"50% off"}'],
        "test": ["delivered", "test"],
        "list": [[KIND, 500]],
        "redeliver": [True, "pending"],
        "problem": [True, 400],
    }
    assert [request.body for request in receiver.received] == [b'{"message":"hi"}', b'{"message":"50% off"}']


def test_a_python_client_can_be_made_and_used(made: Made, api: Api, platform: Platform, receiver: Receiver) -> None:
    """Of the edition without forms: of two types of bodies, its generator makes what cannot be imported."""
    needs(made, "python")
    made.by("python")
    subprocess.run([str(PYTHON / "python"), "-c", IMPORT_ALL], cwd=made.folder, check=True)  # noqa: S603 - our own words

    told = day([str(PYTHON / "python"), str(PROGRAMS / "day.py")], made.folder, api, platform, receiver)

    went_well(told, receiver)


def test_a_typescript_client_can_be_made_and_used(made: Made, api: Api, platform: Platform, receiver: Receiver) -> None:
    needs(made, "typescript")
    made.by("typescript")
    for name in ("day.ts", "tsconfig.json"):
        shutil.copy(PROGRAMS / name, made.folder)
    (made.folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (made.folder / "node_modules").symlink_to(NODE.parent)
    checked = subprocess.run([str(NODE / "tsc")], cwd=made.folder, capture_output=True, text=True, check=False)  # noqa: S603 - as above
    assert checked.returncode == 0, checked.stdout

    told = day(["node", "day.js"], made.folder, api, platform, receiver)

    went_well(told, receiver)


@pytest.mark.parametrize("linter", ["redocly", "spectral"])
def test_a_linter_has_nothing_to_say(made: Made, linter: str) -> None:
    """By its recommended rules, of every edition."""
    needs(made, linter)

    made.by(linter)
