"""Write into docs/deploy.md what whoever deploys must be allowed: `python -m tools.deployer_policy`.

It follows AWS's own list: CloudFormation publishes the permissions of its handlers for each type of resource, and
cfn-lint has a copy.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from cfnlint.data import AdditionalSpecs
from cfnlint.helpers import load_resource
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from local.template import REGION, Template, load, translate
from tools.page_parts import filled

PROJECT = Path(__file__).parents[1]
PATH = PROJECT / "docs" / "deploy.md"

STACK = "ringback"
"""Name of the stack; whoever pastes the policy replaces it."""

MAX_CHARACTERS = 6_144
"""Characters of a managed policy without white space (IAM's quota)."""

HANDLERS = ("create", "read", "update", "delete")

RESOURCES: Final[Mapping[str, Sequence[str]]] = {
    "apigateway": ("arn:aws:apigateway:*::/apis", "arn:aws:apigateway:*::/apis/*", "arn:aws:apigateway:*::/tags/*"),
    "cloudwatch": (f"arn:aws:cloudwatch:*:*:alarm:{STACK}-*", f"arn:aws:cloudwatch::*:dashboard/{STACK}-*"),
    "dynamodb": (f"arn:aws:dynamodb:*:*:table/{STACK}-*",),
    "events": (f"arn:aws:events:*:*:rule/*{STACK}-*",),
    "iam": (f"arn:aws:iam::*:role/{STACK}-*", f"arn:aws:iam::*:policy/{STACK}-*"),
    "kms": ("arn:aws:kms:*:*:key/*",),
    "lambda": (
        f"arn:aws:lambda:*:*:function:{STACK}-*",
        f"arn:aws:lambda:*:*:layer:{STACK}-*",
        "arn:aws:lambda:*:*:event-source-mapping:*",
    ),
    "logs": (f"arn:aws:logs:*:*:log-group:{STACK}-*",),
    "ses": ("arn:aws:ses:*:*:configuration-set/*", "arn:aws:ses:*:*:identity/*"),
    "sns": (f"arn:aws:sns:*:*:{STACK}-*",),
    "sqs": (f"arn:aws:sqs:*:*:{STACK}-*",),
    "ssm": (f"arn:aws:ssm:*:*:parameter/ringback/{STACK}/*",),
}
"""The resources of a stack by service; names that CloudFormation makes begin with the stack's."""

FEATURES_NOT_USED: Final = (
    *("CodeSigning", "CapacityProvider", "RuntimeAlias", "ScalingConfig"),
    *("Replica", "Import", "Kinesis", "ContributorInsights"),
    *("DataProtection", "IndexPolic", "AssociateKmsKey", "BearerToken", "LogGroupDeletionProtection"),
    *("Archiving", "Tracking", "Vdm"),
)
"""Parts of the names of actions that belong to features that this stack does not use."""

DATA: Final = frozenset({"BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"})
"""Actions on what customers have set; a deployment never needs them."""

VERBS: Final = ("Delete", "Describe", "Disable", "Enable", "Get", "List", "Put", "Update")
"""If several actions on the stack's own resources begin with one of these, a `*` stands for them to be short."""

WITH_DATA: Final = frozenset({"dynamodb", "sqs"})
"""Services where a `*` would include actions on customers' data."""

ACCESS_LOG: Final = (
    *("logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:GetLogDelivery", "logs:ListLogDeliveries"),
    *("logs:DescribeResourcePolicies", "logs:PutResourcePolicy", "logs:UpdateLogDelivery"),
)
"""API Gateway requires these of whoever gives a stage an access log (its guide, "Customize HTTP API access logs")."""

BY_SAM: Final = (
    {
        "Sid": "DeployThisStack",
        "Effect": "Allow",
        "Action": [
            *("cloudformation:CreateChangeSet", "cloudformation:DeleteChangeSet", "cloudformation:DeleteStack"),
            *("cloudformation:DescribeChangeSet", "cloudformation:DescribeStackEvents"),
            *("cloudformation:DescribeStackResource*", "cloudformation:DescribeStacks"),
            *("cloudformation:ExecuteChangeSet", "cloudformation:GetTemplate*", "cloudformation:ListStackResources"),
        ],
        "Resource": [
            f"arn:aws:cloudformation:*:*:stack/{STACK}/*",
            "arn:aws:cloudformation:*:*:stack/aws-sam-cli-managed-default/*",
            "arn:aws:cloudformation:*:aws:transform/Serverless-2016-10-31",
        ],
    },
    {
        "Sid": "KeepPackages",
        "Effect": "Allow",
        "Action": ["s3:*"],
        "Resource": ["arn:aws:s3:::aws-sam-cli-managed-default-*"],
    },
)
"""What `sam` itself calls: CloudFormation, and its bucket, which it creates at an account's first deployment."""

THROUGH_CLOUDFORMATION: Final = {"ForAnyValue:StringEquals": {"aws:CalledVia": "cloudformation.amazonaws.com"}}


def policies(translated: Template) -> list[dict[str, Any]]:
    """Return the policy documents for a *translated* template, each within IAM's quota.

    Only CloudFormation may use them on resources.
    """
    documents: list[list[dict[str, Any]]] = [[]]
    for statement in (*BY_SAM, _pass_roles(), *_of_resources(translated)):
        if _characters(_document([*documents[-1], statement])) > MAX_CHARACTERS:
            documents.append([])
        documents[-1].append(statement)
    return [_document(statements) for statements in documents]


def _document(statements: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _characters(document: Mapping[str, Any]) -> int:
    return len(json.dumps(document, separators=(",", ":")))


def page(translated: Template, written: str) -> str:
    """Return the page *written* by people with the policies filled in."""
    blocks = (f"```json\n{text(document)}\n```" for document in policies(translated))
    return filled(written, "permissions", "\n\n".join(blocks))


def text(document: Mapping[str, Any]) -> str:
    """Return *document* as JSON, with a line for each part of a statement."""
    statements = ",\n".join(_lines(statement) for statement in document["Statement"])
    return f'{{"Version": "2012-10-17", "Statement": [\n{statements}\n]}}'


def _lines(statement: Mapping[str, Any]) -> str:
    parts = ",\n".join(f"  {json.dumps(name)}: {json.dumps(part)}" for name, part in statement.items())
    return f" {{\n{parts}}}"


def _pass_roles() -> dict[str, Any]:
    return {
        "Sid": "GiveFunctionsTheirRoles",
        "Effect": "Allow",
        "Action": ["iam:PassRole"],
        "Resource": [f"arn:aws:iam::*:role/{STACK}-*"],
        "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
    }


def _of_resources(translated: Template) -> Iterator[dict[str, Any]]:
    anywhere: set[str] = set(ACCESS_LOG)
    limited: dict[str, set[str]] = defaultdict(set)
    for action in actions(translated):
        service, _, name = action.partition(":")
        (limited[service] if _has_resources(service, name) else anywhere).add(action)
    for service, names in sorted(limited.items()):
        short = names if service in WITH_DATA else set(_shortened(service, names))
        yield _statement(f"Resources{service.capitalize()}", short, RESOURCES[service])
    yield _statement("WhatHasNoResources", anywhere, ["*"])


def _shortened(service: str, names: set[str]) -> Iterator[str]:
    for verb in VERBS:
        alike = {name for name in names if name.startswith(f"{service}:{verb}")}
        yield from {f"{service}:{verb}*"} if len(alike) > 1 else alike
        names = names - alike
    yield from names


def _statement(sid: str, names: set[str], resources: Sequence[str]) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Action": sorted(names),
        "Resource": list(resources),
        "Condition": THROUGH_CLOUDFORMATION,
    }


def actions(translated: Template) -> set[str]:
    """Return what the handlers of the template's types call in their own service."""
    types = {resource["Type"] for resource in translated["Resources"].values() if resource["Type"].startswith("AWS::")}
    return {action for kind in types for action in _actions_of(kind)}


def _actions_of(kind: str) -> Iterator[str]:
    handlers = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema["handlers"]
    called = {action for name in HANDLERS for action in handlers.get(name, {}).get("permissions", ())}
    own = _service(kind)
    for action in called:
        service, _, name = action.partition(":")
        if service == own and name not in DATA and not any(part in name for part in FEATURES_NOT_USED):
            yield action


def _service(kind: str) -> str:
    name = kind.split("::")[1].lower()
    return {"apigatewayv2": "apigateway"}.get(name, name)


def _has_resources(service: str, name: str) -> bool:
    known = _known()[service]["Actions"].get(name.lower(), {})
    return bool(known.get("Resources")) or service == "apigateway"


@cache
def _known() -> dict[str, Any]:
    """Return every action with the resources that it can be limited to (AWS's service authorization reference)."""
    found: dict[str, Any] = load_resource(AdditionalSpecs, "Policies.json")
    return found


if __name__ == "__main__":
    now = translate(load(PROJECT / "template.yaml"), {})
    PATH.write_text(page(now, PATH.read_text(encoding="utf-8")), encoding="utf-8")
