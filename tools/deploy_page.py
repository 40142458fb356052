"""Write the tables of docs/deploy.md from the template: `python -m tools.deploy_page`."""

from collections.abc import Iterator, Mapping
from functools import reduce
from pathlib import Path
from typing import Any

from local.template import Template, load, of_type
from tools.page_parts import filled, row

PROJECT = Path(__file__).parents[1]
PATH = PROJECT / "docs" / "deploy.md"

REF_GIVES = {"AWS::DynamoDB::Table": "name of", "AWS::SQS::Queue": "URL of", "AWS::SES::ConfigurationSet": "name of"}
"""What a `Ref` to a resource means (CloudFormation's documentation of each type)."""


def page(template: Template, written: str) -> str:
    """Return the page *written* by people, with the tables of *template* filled in."""
    parts = {
        "parameters": "\n\n".join(_groups(template)),
        "outputs": "\n".join(_outputs(template)),
        "variables": "\n".join(_variables(template)),
    }
    return reduce(lambda text, part: filled(text, part, parts[part]), parts, written)


def _groups(template: Template) -> Iterator[str]:
    for group in template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]:
        rows = [_parameter(name, template["Parameters"][name]) for name in group["Parameters"]]
        head = "| parameter | default | allowed | what it does |\n|---|---|---|---|"
        yield "\n".join([f"### {group['Label']['default']}\n", head, *rows])


def _parameter(name: str, parameter: Mapping[str, Any]) -> str:
    default = _literal(parameter["Default"]) if "Default" in parameter else "**none**"
    return row(f"`{name}`", default, _allowed(parameter), parameter["Description"])


def _allowed(parameter: Mapping[str, Any]) -> str:
    if "AllowedValues" in parameter:
        return ", ".join(map(_literal, parameter["AllowedValues"]))
    if "MinValue" in parameter:
        most = f"to {parameter['MaxValue']:,}" if "MaxValue" in parameter else "and more"
        return f"{parameter['MinValue']:,} {most}"
    return str(parameter.get("ConstraintDescription", "any text")).removeprefix("must be ")


def _outputs(template: Template) -> Iterator[str]:
    yield "| output | what it is |\n|---|---|"
    for name, output in template["Outputs"].items():
        condition = f" Only if `{output['Condition']}`." if "Condition" in output else ""
        yield row(f"`{name}`", output["Description"] + condition)


def _variables(template: Template) -> Iterator[str]:
    variables: dict[tuple[str, str], list[str]] = {}
    for function, given in _environments(template):
        for name, value in given.items():
            variables.setdefault((name, _value(value, template)), []).append(function)
    yield "| variable | of | value |\n|---|---|---|"
    for (name, value), functions in sorted(variables.items()):
        yield row(f"`{name}`", ", ".join(functions), value)


def _environments(template: Template) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "all", template["Globals"]["Function"]["Environment"]["Variables"]
    for name, function in of_type(template, "AWS::Serverless::Function").items():
        yield f"`{name}`", function.get("Environment", {}).get("Variables", {})


def _value(value: Any, template: Template) -> str:  # noqa: ANN401 - whatever the template says
    match value:
        case {"Ref": name} if name in template["Parameters"]:
            return f"the parameter `{name}`"
        case {"Ref": name} if name in template["Resources"]:
            return f"{REF_GIVES.get(template['Resources'][name]['Type'], '`Ref` of')} `{name}`"
        case {"Ref": name}:
            return f"CloudFormation's `{name}`"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"{attribute} of `{name}`"
        case {"Fn::If": [condition, then, otherwise]}:
            return f"{_value(then, template)} if `{condition}`, else {_value(otherwise, template)}"
        case _:
            return _literal(value)


def _literal(value: object) -> str:
    return "empty" if value == "" else f"`{value}`"


if __name__ == "__main__":
    PATH.write_text(page(load(PROJECT / "template.yaml"), PATH.read_text(encoding="utf-8")), encoding="utf-8")
