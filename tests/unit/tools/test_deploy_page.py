"""The tables of docs/deploy.md; that the page has those of the template is in test_docs.py."""

import pytest

from local.template import Template
from tools.deploy_page import page

EMPTY = "".join(f"<!-- {part} -->\n<!-- until here -->\n" for part in ("parameters", "outputs", "variables"))


@pytest.fixture
def template() -> Template:
    names = ["Address", "Days", "Level"]
    group = {"Label": {"default": "Groups"}, "Parameters": names}
    return {
        "Metadata": {"AWS::CloudFormation::Interface": {"ParameterGroups": [group]}},
        "Parameters": {
            "Address": {"Description": "Who | whom.", "ConstraintDescription": "must be one address"},
            "Days": {"Description": "How long.", "Default": 30, "MinValue": 4, "MaxValue": 3650},
            "Level": {"Description": "How much.", "Default": "", "AllowedValues": ["", "DEBUG"]},
        },
        "Globals": {"Function": {"Environment": {"Variables": {"STACK": {"Ref": "AWS::StackName"}}}}},
        "Resources": {
            "Queue": {"Type": "AWS::SQS::Queue"},
            "Worker": function({"QUEUE_URL": {"Ref": "Queue"}, "MODE": {"Fn::If": ["Fast", "quick", "slow"]}}),
            "Cleaner": function({"QUEUE_URL": {"Ref": "Queue"}, "MODE": "slow", "DAYS": {"Ref": "Days"}}),
        },
        "Outputs": {
            "Url": {"Description": "Where it is."},
            "Topic": {"Description": "Whom it tells.", "Condition": "Watched"},
        },
    }


def function(variables: dict[str, object]) -> Template:
    return {"Type": "AWS::Serverless::Function", "Properties": {"Environment": {"Variables": variables}}}


def rows(text: str, part: str) -> list[str]:
    table = text.partition(f"<!-- {part} -->")[2].partition("<!-- until here -->")[0]
    return [line for line in table.splitlines() if line.startswith("| `")]


def test_a_parameter_has_its_default_and_what_is_allowed(template: Template) -> None:
    """A pipe would end its cell."""
    assert rows(page(template, EMPTY), "parameters") == [
        "| `Address` | **none** | one address | Who \\| whom. |",
        "| `Days` | `30` | 4 to 3,650 | How long. |",
        "| `Level` | empty | empty, `DEBUG` | How much. |",
    ]


def test_an_output_says_when_it_is_there(template: Template) -> None:
    assert rows(page(template, EMPTY), "outputs") == [
        "| `Url` | Where it is. |",
        "| `Topic` | Whom it tells. Only if `Watched`. |",
    ]


def test_a_variable_has_a_row_for_each_value_with_the_functions_that_get_it(template: Template) -> None:
    assert rows(page(template, EMPTY), "variables") == [
        "| `DAYS` | `Cleaner` | the parameter `Days` |",
        "| `MODE` | `Worker` | `quick` if `Fast`, else `slow` |",
        "| `MODE` | `Cleaner` | `slow` |",
        "| `QUEUE_URL` | `Worker`, `Cleaner` | URL of `Queue` |",
        "| `STACK` | all | CloudFormation's `AWS::StackName` |",
    ]


def test_what_people_wrote_stays_and_writing_again_changes_nothing(template: Template) -> None:
    once = page(template, f"Before.\n\n{EMPTY}\nAfter.\n")

    assert once.startswith("Before.\n")
    assert once.endswith("After.\n")
    assert page(template, once) == once


def test_a_page_without_the_place_for_a_table_is_refused(template: Template) -> None:
    with pytest.raises(ValueError, match="no part from <!-- outputs -->"):
        page(template, EMPTY.replace("outputs", "exits"))
