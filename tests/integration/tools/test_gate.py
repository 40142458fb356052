"""The gate is red for ten faults that no local AWS sees: its checks, the snapshots and the tests of the template."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from local.template import Template, load, translate
from tests.integration.tools.faults import FAULTS, planted
from tools import iam_snapshot, resource_snapshot
from tools.gate import checks
from tools.snapshots import difference

PROJECT = Path(__file__).parents[3]
TESTS = PROJECT / "tests" / "unit" / "template"

CHECKS: Mapping[str, Callable[[Template], Iterable[str]]] = {
    **checks.CHECKS,
    "iam.snap": lambda translated: difference(iam_snapshot.PATH, iam_snapshot.snapshot(translated)),
    "resources.snap": lambda translated: resource_snapshot.complaints(
        translated, resource_snapshot.parse(resource_snapshot.PATH.read_text(encoding="utf-8"))
    ),
}

CAUGHT_BY = {
    "wrong runtime": "test_functions_run_python_3_13_on_the_architecture_that_was_chosen",
    "missing TTL": "test_a_delivery_expires_by_the_attribute_that_the_code_writes",
    "wildcard action": "wildcards",
    "alarm on a metric that does not exist": "metrics",
    "visibility below the timeout": "test_a_message_stays_invisible_for_six_times_as_long_as_its_function_may_run",
    "open API route": "test_no_route_is_open_but_those_that_say_what_the_api_is",
    "missing permission": "iam.snap",
    "renamed table": "resources.snap",
    "unbounded log group": "test_every_log_group_forgets_when_it_was_told_to",
    "missing dead-letter queue": "test_poison_goes_to_the_dead_letters_after_five_receives",
}
"""What is red for each fault: a check, a snapshot, or a test in tests/unit/template."""


@pytest.fixture(scope="module")
def written() -> Template:
    return load(PROJECT / "template.yaml")


def is_red(test: str, template: Template, folder: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether *test* of the template's tests fails for a copy that says *template*."""
    copy = folder / "template.json"
    copy.write_text(json.dumps(template), encoding="utf-8")
    monkeypatch.setenv("TEMPLATE", str(copy))
    command = [
        "--quiet",
        "--no-summary",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:unraisableexception",
        str(TESTS),
        "-k",
        test,
    ]
    status = pytest.main(command)
    assert status in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED), f"{test} did not run"
    return status == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_caught(fault: str, written: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by = CAUGHT_BY[fault]
    template = planted(fault, written)

    if by in CHECKS:
        assert list(CHECKS[by](translate(template, {})))
    else:
        assert is_red(by, template, tmp_path, monkeypatch)


@pytest.mark.parametrize("check", [name for name in CHECKS if name != "cfn-lint"])  # which `make lint` runs
def test_a_check_has_nothing_to_say_about_the_stack_as_it_is(check: str, written: Template) -> None:
    assert not list(CHECKS[check](translate(written, {})))


def test_a_test_that_is_red_for_a_fault_is_green_without_it(
    written: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_red(CAUGHT_BY["missing TTL"], written, tmp_path, monkeypatch)
