"""Write tests/unit/template/iam.snap, which says who may do what, from the template: `python -m tools.iam_snapshot`."""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from local.template import Template, load, translate
from tools.policies import Statement, statements
from tools.readable import as_list, readable

PROJECT = Path(__file__).parents[1]
PATH = PROJECT / "tests" / "unit" / "template" / "iam.snap"

_INTRODUCTION = """\
Who may do what, as the translated template says it: roles, policies of queues and key, permissions to invoke.
`python -m tools.iam_snapshot` writes this file; a test fails where the two differ. Read the difference as a reviewer.
"""


def snapshot(translated: Template) -> str:
    """Return the whole file."""
    return _INTRODUCTION + "".join(f"\n{line}\n" if line[0] != " " else f"{line}\n" for line in _lines(translated))


def _lines(translated: Template) -> Iterator[str]:
    resources = translated["Resources"]
    for owner, stated in groupby(statements(translated), attrgetter("owner")):
        resource = resources[owner]
        yield f"{owner} ({resource['Type']}{_condition(resource)}){_users(owner, translated)}"
        for policy in as_list(resource["Properties"].get("ManagedPolicyArns")):
            yield f"  managed policy {readable(policy)}"
        for statement in stated:
            yield f"  {statement.sid}"
            yield from _statement(statement)


def _condition(resource: Template) -> str:
    return f", if {resource['Condition']}" if "Condition" in resource else ""


def _users(role: str, translated: Template) -> str:
    """Return the functions that run as *role*."""
    functions = (
        name
        for name, resource in translated["Resources"].items()
        if resource.get("Properties", {}).get("Role") == {"Fn::GetAtt": [role, "Arn"]}
    )
    used = ", ".join(sorted(functions))
    return f" of {used}" if used else ""


def _statement(statement: Statement) -> Iterator[str]:
    parts = {
        statement.effect.lower(): statement.actions,
        "on": statement.resources,
        "to": statement.principals,
        "if": statement.conditions,
    }
    for word, values in parts.items():
        for value in values:
            yield f"    {word:<6} {value}"


if __name__ == "__main__":
    PATH.write_text(snapshot(translate(load(PROJECT / "template.yaml"), {})), encoding="utf-8")
