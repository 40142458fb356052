"""The lint of the translated template finds what cfn-lint misses on the SAM file."""

from pathlib import Path

import pytest

from local.template import load, translate
from tools.lint_template import complaints

PROJECT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def found() -> list[str]:
    """In a template with one mistake of each kind: a run takes a second, however many there are."""
    template = load(PROJECT / "template.yaml")
    template["Globals"]["Function"]["Runtime"] = "python3.7"
    template["Resources"]["CallbacksTable"]["Properties"]["BillingMode"] = "PAY_PER_USE"
    template["Resources"]["EventsQueue"]["Properties"]["VisibilityTimeout"] = 20
    return complaints(translate(template, {}))


@pytest.mark.parametrize(
    ("check", "place"),
    [
        ("E2531", "Resources/DeliverFunction/Properties/Runtime"),
        ("E3030", "Resources/CallbacksTable/Properties/BillingMode"),
        ("E3505", "Resources/EventsQueue/Properties/VisibilityTimeout"),
    ],
)
def test_a_mistake_is_found_where_it_is(found: list[str], check: str, place: str) -> None:
    assert any(complaint.startswith(f"{check} {place}") for complaint in found)
