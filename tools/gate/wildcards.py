"""Check that nobody may do everything, or anything to everything."""

from collections.abc import Iterator, Mapping

from local.template import Template
from tools.policies import Statement, statements

EXCEPTIONS: Mapping[tuple[str, str], str] = {
    ("CredentialsKey", "AccessIsGivenByIam"): "in a key's own policy: all of this key, for IAM to hand on by name",
    ("DeliverRole", "LambdaMayPutItIntoTheSubnets"): "Lambda asks for it on everything; the function's code may not",
    ("ApiRole", "LambdaMayPutItIntoTheSubnets"): "as above",
}
"""Statements (resource, Sid) that need a `*`, each with its reason; an unused entry is a complaint."""

WITHOUT_RESOURCES: Mapping[str, str] = {
    "xray:PutTraceSegments": "X-Ray has no resource for segments",
    "xray:PutTelemetryRecords": "X-Ray has no resource for telemetry",
}
"""Actions for which IAM knows no resource but `*` (the Service Authorization Reference, "Resource types")."""


def complaints(translated: Template) -> Iterator[str]:
    """Return a complaint for each `*` in what is allowed; a statement that denies may cover everything."""
    unused = {owner_and_sid for owner_and_sid in EXCEPTIONS if owner_and_sid[0] in translated["Resources"]}
    for statement in statements(translated):
        for fault in _faults(statement):
            if (statement.owner, statement.sid) in EXCEPTIONS:
                unused.discard((statement.owner, statement.sid))
            else:
                yield f"{statement.owner}, {statement.sid}: {fault}"
    yield from (f"{owner}, {sid}: needs no exception any more" for owner, sid in sorted(unused))


def _faults(statement: Statement) -> Iterator[str]:
    if statement.effect != "Allow":
        return
    yield from (f"allows the action {action}" for action in statement.actions if _is_wide(action))
    yield from (f"allows everybody, {principal}" for principal in statement.principals if _is_wide(principal))
    if not set(statement.actions) <= WITHOUT_RESOURCES.keys():
        yield from (f"allows it on {resource}" for resource in statement.resources if _is_wide(resource))


def _is_wide(value: str) -> bool:
    return "*" in value or value.startswith("not ")
