"""The lint of the translated template finds what cfn-lint misses on the SAM file."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest

from tools.lint_template import complaints
from tools.template import Template, load, translate

PROJECT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def written() -> Template:
    return load(PROJECT / "template.yaml")


def with_an_old_runtime(template: Template) -> None:
    template["Globals"]["Function"]["Runtime"] = "python3.7"


def with_a_misspelt_enum(template: Template) -> None:
    template["Resources"]["CallbacksTable"]["Properties"]["BillingMode"] = "PAY_PER_USE"


def with_a_short_visibility(template: Template) -> None:
    template["Resources"]["EventsQueue"]["Properties"]["VisibilityTimeout"] = 20


@pytest.mark.parametrize(
    ("broken", "check"),
    [(with_an_old_runtime, "E2531"), (with_a_misspelt_enum, "E3030"), (with_a_short_visibility, "E3505")],
)
def test_a_mistake_is_found(written: Template, broken: Callable[[Template], None], check: str) -> None:
    template = deepcopy(written)
    broken(template)

    assert any(check in complaint for complaint in complaints(translate(template, {})))
