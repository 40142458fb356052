"""examples/terraform: callbacks are set, changed and cancelled on the local API by the real provider.

`terraform init` brings that; where no registry is in reach, RESTAPI_PROVIDER names a folder that has it built.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from local.api import Api
from local.aws.cloud import Cloud
from local.paths import PROJECT

TERRAFORM = shutil.which("terraform") or shutil.which("tofu")
CALLBACKS = PROJECT / "examples" / "terraform" / "callbacks"
PROVIDER = os.environ.get("RESTAPI_PROVIDER")
NUMBER = "3215551212"
SECONDS = 120

pytestmark = pytest.mark.skipif(not TERRAFORM, reason="neither terraform nor tofu is on PATH")


class Terraform:
    """The command, in a copy of the example, for one account of the local stack."""

    def __init__(self, folder: Path, cloud: Cloud) -> None:
        self._folder = folder
        shutil.copy(CALLBACKS / "main.tf", folder)
        settings = folder / "terraformrc"
        overrides = f'dev_overrides {{ "Mastercard/restapi" = "{PROVIDER}" }}\n' if PROVIDER else ""
        settings.write_text(f"provider_installation {{\n{overrides}direct {{}}\n}}\n", encoding="utf-8")
        self._environment = os.environ | {
            "TF_CLI_CONFIG_FILE": str(settings),
            "CHECKPOINT_DISABLE": "1",
            "TF_VAR_api_url": str(cloud.api),
            "TF_VAR_token": str(cloud.token),
            "TF_VAR_fonenumber": NUMBER,
        }
        if not PROVIDER and (said := self("init", url="")).returncode:
            pytest.skip(f"terraform init brought no provider: {said.stderr.strip().splitlines()[-1]}")

    def __call__(self, *words: str, url: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own words
            [str(TERRAFORM), *words],
            cwd=self._folder,
            env=self._environment | {"TF_VAR_url": url},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def does(self, *words: str, url: str) -> None:
        """Run it; it has to work."""
        done = self(*words, url=url)
        assert done.returncode == 0, f"terraform {' '.join(words)}:\n{done.stdout}\n{done.stderr}"


@pytest.fixture
def terraform(cloud: Cloud, tmp_path: Path) -> Terraform:
    return Terraform(tmp_path, cloud)


def callback(cloud: Cloud) -> Mapping[str, Any]:
    """What is set for the number's messages."""
    api = Api(str(cloud.api), str(cloud.token))
    try:
        number = api.call("GET", f"/v2/fonenumbers/{NUMBER}")
    finally:
        api.close()
    found: Mapping[str, Any] = number["fonenumber"]["message_options"]["receive_notify"]
    return found


def test_a_callback_is_set_changed_and_cancelled_and_nothing_drifts(cloud: Cloud, terraform: Terraform) -> None:
    first, second = "https://example.com/first", "https://example.com/second"
    terraform.does("apply", "-auto-approve", url=first)
    assert (callback(cloud)["type"], callback(cloud)["url"]) == ("Callback", first)
    terraform.does("plan", "-detailed-exitcode", url=first)  # 2 would be: something is to change

    terraform.does("apply", "-auto-approve", url=second)
    assert callback(cloud)["url"] == second

    terraform.does("destroy", "-auto-approve", url=second)
    assert callback(cloud)["type"] == "None"


def test_the_token_is_not_in_the_plan(cloud: Cloud, terraform: Terraform) -> None:
    planned = terraform("plan", "-out=planned", url="https://example.com/first")
    shown = terraform("show", "-json", "planned", url="")

    assert planned.returncode == 0
    assert str(cloud.token) not in planned.stdout
    assert json.loads(shown.stdout)["configuration"]["provider_config"]


@pytest.mark.parametrize("folder", sorted((PROJECT / "examples" / "terraform").iterdir()), ids=lambda path: path.name)
def test_a_file_is_formatted_as_terraform_does(folder: Path) -> None:
    done = subprocess.run([str(TERRAFORM), "fmt", "-check", folder], capture_output=True, text=True, check=False)  # noqa: S603 - our own words

    assert done.returncode == 0, done.stdout + done.stderr
