"""docs/operations.md: what it tells people to type at night is what AWS, the template and the Makefile know."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name
from botocore.session import get_session

from local.template import load
from operate.letters import NOT_DONE, POISON, UNDELIVERABLE, UNKNOWN
from ringback.errors import MalformedReason

PROJECT = Path(__file__).parents[3]
PAGE = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
OF_THE_CLI = {"query", "output", "max-items"}
"""Options of the AWS CLI beside those of the service."""


WORD = r"""\$\(\((?:[^()]|\([^()]*\))*\)\)|'[^']*'|"(?:[^"(]|\([^)]*\))*"|[^\n'"|;&)>]"""
"""Of a shell: a sum, something in quotes, or a character that does not end the command."""


def commands() -> Iterator[str]:
    """Every call of the AWS CLI on the page, from `aws` to the end of that command."""
    text = PAGE.replace("\\\n", " ")
    for code in [*re.findall(r"```sh\n(.*?)```", text, re.DOTALL), *re.findall(r"`(aws [^`]+)`", text)]:
        yield from re.findall(rf"(?<![\w/-])(aws [a-z0-9]+ (?:{WORD})+)", code)


@cache
def model(service: str) -> Any:
    """What AWS says of *service*."""
    return get_session().get_service_model(service)


def options_of(service: str, operation: str) -> set[str]:
    """The options that the AWS CLI has for one call."""
    name = next(name for name in model(service).operation_names if xform_name(name, "-") == operation)
    members = model(service).operation_model(name).input_shape.members
    own = {xform_name(member, "-") for member in members}
    return own | {f"no-{name}" for name in own} | OF_THE_CLI


@pytest.mark.parametrize("command", sorted({one for one in commands() if not re.search(r" logs tail\b| wait ", one)}))
def test_a_command_is_one_that_aws_knows(command: str) -> None:
    _, service, operation, *words = shlex.split(command, comments=True)

    given = {word.removeprefix("--") for word in words if word.startswith("--")}

    assert given <= options_of(service, operation)


def test_the_commands_are_found() -> None:
    """None of those that stand in the middle of a line is passed over."""
    assert len(list(commands())) == len(re.findall(r"\baws [a-z0-9]+ [a-z]+-?[a-z-]+ ", PAGE.replace("`", " ")))


def test_waiters_are_those_of_dynamodb() -> None:
    known = {xform_name(name, "-") for name in get_session().get_waiter_model("dynamodb").waiter_names}

    assert set(re.findall(r"aws dynamodb wait ([a-z-]+)", PAGE)) <= known


def test_every_output_and_resource_is_in_the_template() -> None:
    template = load(PROJECT / "template.yaml")
    resources = template["Resources"]
    # SAM makes a rule of a function's schedule, and calls it after both.
    rules = {f"{name}{event}" for name, one in resources.items() for event in one["Properties"].get("Events", {})}

    assert set(re.findall(r"\$\(out (\w+)\)", PAGE)) <= set(template["Outputs"])
    assert set(re.findall(r"\$\((?:res|arn) ([A-Z]\w+)\)", PAGE)) <= set(resources) | rules


def test_every_reason_of_a_dead_letter_has_an_answer() -> None:
    table = PAGE.partition("## DeadLettersAlarm")[2].partition("## EventsAgeAlarm")[0]

    assert {POISON, UNDELIVERABLE, NOT_DONE, UNKNOWN, *MalformedReason} <= set(re.findall(r"`(\w+)`", table))


def test_what_can_be_added_to_make_dead_letters_is_in_the_makefile() -> None:
    recipe = (PROJECT / "Makefile").read_text(encoding="utf-8").partition("\ndead-letters:")[2].partition("\n\n")[0]
    named = set(re.findall(r"^\| `([A-Z]+)=", PAGE, re.MULTILINE))

    assert named == set(re.findall(r"\b[A-Z]+\b", recipe)) - {"DEV", "PYTHON", "STACK", "OPERATED", "AWS"}
