"""What the OpenAPI document says is what the API does: schemathesis asks it whatever the document allows, and more."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from local.aws.cloud import Cloud
from local.issuer import issuer
from local.paths import Paths
from tests.e2e.access import ON_THE_OPEN_ONE

pytestmark = ON_THE_OPEN_ONE  # the answers are the same on both, and it takes SECONDS

SECONDS = 40
"""For all of its requests, about 1,500."""

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "ignored_auth",
)
"""Not whether it takes all that fits the schemas: a schema cannot say that a token must be one of this event's."""


def test_schemathesis_finds_no_fault_of_ours_and_no_answer_that_is_not_documented(
    cloud: Cloud, paths: Paths, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    token = issuer(paths, cloud.endpoint).token("1000003")
    command = [str(Path(sys.executable).with_name("schemathesis")), "run", f"{cloud.api}/v2/openapi.json"]
    command += ["--url", str(cloud.api), "--header", f"token: {token}", "--checks", ",".join(CHECKS)]
    command += ["--max-time", str(SECONDS), "--workers", "2", "--request-timeout", "30"]
    command += ["--seed", "1", "--no-color", "--warnings", "off"]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603 - our own words

    summary = done.stdout.rstrip().splitlines()[-1].strip("= ")
    cases = next((line.strip() for line in done.stdout.splitlines() if " generated" in line), "")
    with capsys.disabled():
        sys.stdout.write(f"\nschemathesis: {cases}; {summary}\n")
    assert done.returncode == 0, done.stdout
    operations = re.search(r"Selected: (\d+)/(\d+)\s+Tested: (\d+)", done.stdout)
    assert operations
    assert len(set(operations.groups())) == 1, done.stdout
