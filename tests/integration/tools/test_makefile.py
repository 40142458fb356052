"""What the Makefile's recipes see of the machine around them."""

import os
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[3]
SHOW = "show: ; @env"


def surroundings_of_a_recipe(**machine: str) -> dict[str, str]:
    # The make that may be running these tests is not to be seen.
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", "--silent", "--directory", str(PROJECT), "--eval", SHOW, "show"]
    shown = subprocess.run(command, env=outside | machine, capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    return dict(line.split("=", 1) for line in shown.stdout.splitlines() if "=" in line)


@pytest.mark.parametrize(
    "name",
    ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_SQS", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"],
)
def test_no_recipe_sees_the_persons_account(name: str) -> None:
    assert name not in surroundings_of_a_recipe(**{name: "mine"})


def test_keys_and_files_of_the_person_are_replaced() -> None:
    seen = surroundings_of_a_recipe(AWS_ACCESS_KEY_ID="mine", AWS_SECRET_ACCESS_KEY="mine", AWS_CONFIG_FILE="mine")

    assert "mine" not in seen.values()
    assert seen["AWS_EC2_METADATA_DISABLED"] == "true"


def surroundings_of_dead_letters(*words: str, **machine: str) -> dict[str, str]:
    return surroundings_of("dead-letters", *words, **machine)


def surroundings_of(*words: str, **machine: str) -> dict[str, str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "AWS_"))}
    # In place of Python, `env` prints what it would have got; its arguments become a comment.
    command = ["make", "--silent", "--directory", str(PROJECT), "PYTHON=env #", *words]
    shown = subprocess.run(command, env=outside | machine, capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    return dict(line.split("=", 1) for line in shown.stdout.splitlines() if "=" in line)


@pytest.mark.parametrize("target", ["dead-letters", "import"])
def test_a_named_stack_is_operated_on_with_the_persons_own_settings(target: str) -> None:
    seen = surroundings_of(target, "STACK=ringback", AWS_PROFILE="mine", AWS_REGION="eu-central-1")

    assert (seen["AWS_PROFILE"], seen["AWS_REGION"]) == ("mine", "eu-central-1")
    assert "AWS_ACCESS_KEY_ID" not in seen


@pytest.mark.parametrize(
    "words",
    [[], ["STACK="], ["STACK=ringback", "help"], ["STACK=ringback", "import"], ["STACK=ringback", "dead-letters"]],
)
def test_that_door_is_shut_without_a_name_and_beside_other_targets(words: list[str]) -> None:
    seen = surroundings_of_dead_letters(*words, AWS_PROFILE="mine")

    assert "AWS_PROFILE" not in seen
    assert seen["AWS_ACCESS_KEY_ID"] == "test"


def test_a_variable_of_the_machine_does_not_open_it() -> None:
    assert "AWS_PROFILE" not in surroundings_of_dead_letters(STACK="ringback", AWS_PROFILE="mine")


def test_what_happens_is_handed_over_as_it_was_written() -> None:
    """Make would read `$5` as a variable, and the shell a quote."""
    data, url = """{"msg": "it's $5 `off` $(shell false)"}""", "http://127.0.0.1:8000/?m=((msg))&t='$HOME'"
    words = ["PYTHON=printf '%s\\n'", f"DATA={data}", f"URL={url}", "NUMBER=+49 30 123456", "METHOD=GET"]
    command = ["make", "--silent", "--directory", str(PROJECT), "send", *words]
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}

    shown = subprocess.run(command, env=outside, capture_output=True, text=True, check=True)  # noqa: S603 - our own words

    arguments = ["--number", "+49 30 123456", "--method", "GET", "--data", data, "--url", url]
    assert shown.stdout.splitlines() == ["-m", "local.send", *arguments]


def test_an_index_of_the_person_is_used() -> None:
    """Hashes make any index safe; a company's mirror may be the only one in reach."""
    assert surroundings_of_a_recipe(PIP_INDEX_URL="mine")["PIP_INDEX_URL"] == "mine"


@pytest.mark.parametrize("name", ["PIP_FIND_LINKS", "PIP_TARGET", "UV_EXCLUDE_NEWER", "VIRTUAL_ENV"])
def test_settings_that_change_what_is_installed_stay_out(name: str) -> None:
    assert name not in surroundings_of_a_recipe(**{name: "mine"})
