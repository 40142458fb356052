"""Find every statement about who may do what in a translated template, wherever it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.template import Template
from tools.readable import as_list, readable

PERMISSION = "AWS::Lambda::Permission"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement of a policy document, with readable expressions; a Lambda permission counts as one, too."""

    owner: str
    """Logical id of the resource that has it."""
    sid: str
    effect: str
    principals: tuple[str, ...]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[str, ...]


def statements(translated: Template) -> Iterator[Statement]:
    """Return all statements by the logical ids of their resources, each resource's in the order of the file."""
    for owner, resource in sorted(translated["Resources"].items()):
        properties = resource.get("Properties", {})
        if resource["Type"] == PERMISSION:
            yield _of_permission(owner, properties)
        for document in _documents(properties):
            for statement in as_list(document["Statement"]):
                yield _of_document(owner, statement)


def _documents(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "Statement" in value:
            yield value
        for inner in value.values():
            yield from _documents(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _documents(inner)


def _of_document(owner: str, statement: Mapping[str, Any]) -> Statement:
    return Statement(
        owner=owner,
        sid=statement.get("Sid", "(no Sid)"),
        effect=statement["Effect"],
        principals=_either(statement, "Principal"),
        actions=_either(statement, "Action"),
        resources=_either(statement, "Resource"),
        conditions=_conditions(statement.get("Condition", {})),
    )


def _of_permission(owner: str, permission: Mapping[str, Any]) -> Statement:
    limits = {name: permission[name] for name in ("SourceArn", "SourceAccount", "PrincipalOrgID") if name in permission}
    return Statement(
        owner=owner,
        sid="permission",
        effect="Allow",
        principals=(readable(permission["Principal"]),),
        actions=(readable(permission["Action"]),),
        resources=(readable(permission["FunctionName"]),),
        conditions=tuple(f"{name} = {readable(value)}" for name, value in limits.items()),
    )


def _either(statement: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return the values under *name*, or those under its negation, each with `not` before it."""
    denied = tuple(f"not {value}" for value in _values(statement.get(f"Not{name}")))
    return _values(statement.get(name)) + denied


def _values(value: object) -> tuple[str, ...]:
    """Flatten principals, which are grouped by their kind (`Service`, `AWS`); other values are not."""
    if isinstance(value, dict) and not any(key == "Ref" or key.startswith("Fn::") for key in value):
        return tuple(readable(one) for inner in value.values() for one in as_list(inner))
    return tuple(readable(one) for one in as_list(value))


def _conditions(conditions: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(
        f"{operator} {key} = {', '.join(map(readable, as_list(value)))}"
        for operator, tests in conditions.items()
        for key, value in tests.items()
    )
