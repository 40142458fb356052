"""examples/: what they name of the stack is there; `make test-examples` tries them."""

import re
from pathlib import Path

import pytest

from tests.template_under_test import path_under_test, written

EXAMPLES = Path(__file__).parents[2] / "examples"
STACK = (EXAMPLES / "terraform" / "stack" / "main.tf").read_text(encoding="utf-8")
APP = (EXAMPLES / "cdk" / "app.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(("text", "call"), [(STACK, r'outputs\["(\w+)"\]'), (APP, r'output\("(\w+)"\)')])
def test_an_example_asks_for_outputs_that_the_stack_has(text: str, call: str) -> None:
    asked = set(re.findall(call, text))

    assert asked
    assert asked <= written(path_under_test())["Outputs"].keys()


def test_terraform_sets_parameters_that_the_stack_has_with_values_that_it_takes() -> None:
    (block,) = re.findall(r"parameters = \{\n(.*?)\n  \}", STACK, re.DOTALL)
    given = dict(re.findall(r"(\w+) += (\S+)", block))
    parameters = written(path_under_test())["Parameters"]

    assert given == {"SenderAddress": "var.sender_address", "PublishOutputs": '"on"'}
    assert given.keys() <= parameters.keys()
    assert {name for name, one in parameters.items() if "Default" not in one} <= given.keys()


def test_each_folder_is_explained() -> None:
    page = (EXAMPLES / "README.md").read_text(encoding="utf-8")

    for folder in (EXAMPLES / "cdk", *(EXAMPLES / "terraform").iterdir()):
        assert f"]({folder.relative_to(EXAMPLES)})" in page
