"""What others expect of a repository, as far as it speaks of what is here."""

import re
from pathlib import Path
from typing import Any

import pytest

from local.template import load

PROJECT = Path(__file__).parents[2]
WORKFLOWS = sorted(PROJECT.glob(".github/workflows/*.yml"))
SETTINGS = [
    *WORKFLOWS,
    *PROJECT.glob(".github/ISSUE_TEMPLATE/*.yml"),
    PROJECT / ".github/dependabot.yml",
    PROJECT / ".pre-commit-config.yaml",
    PROJECT / ".devcontainer/devcontainer.json",
]


def steps(workflow: Path) -> list[dict[str, Any]]:
    return [step for job in load(workflow)["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", SETTINGS, ids=lambda path: path.name)
def test_what_a_file_says_to_make_is_there(path: Path) -> None:
    targets = set(re.findall(r"^([a-z][a-z0-9-]*):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    lines = [re.split("#|//", line)[0] for line in path.read_text(encoding="utf-8").splitlines()]
    said = {word for line in lines for word in re.findall(r"\bmake (?:-\S+ )*([a-z][a-z0-9-]*)", line)}

    assert said <= targets


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_named_by_major_version_and_get_no_more_than_they_need(workflow: Path) -> None:
    permissions = load(workflow)["permissions"]

    assert permissions.items() <= {"contents": "read", "id-token": "write"}.items()
    for action in (step["uses"] for step in steps(workflow) if "uses" in step):
        assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", action)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_no_command_has_an_input_inside(workflow: Path) -> None:
    """Whoever may start a workflow could write commands into it; a variable is never read as one."""
    assert [step["run"] for step in steps(workflow) if "${{" in step.get("run", "")] == []


def test_a_change_must_pass_the_two_words_of_ci() -> None:
    assert ".ci/run" in [step.get("run") for step in steps(PROJECT / ".github/workflows/test.yml")]


def test_pip_npm_and_go_are_looked_after_where_their_files_are() -> None:
    for update in load(PROJECT / ".github/dependabot.yml")["updates"]:
        for folder in update.get("directories", [update.get("directory")]):
            assert (PROJECT / folder.strip("/")).is_dir()
