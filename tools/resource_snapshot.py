"""Write tests/unit/template/resources.snap, what an update must not replace: `python -m tools.resource_snapshot`."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from local.template import REGION, Template, load, translate
from tools.readable import readable

PROJECT = Path(__file__).parents[1]
PATH = PROJECT / "tests" / "unit" / "template" / "resources.snap"

REPLACEABLE = frozenset(
    {
        "AWS::ApiGatewayV2::Authorizer",
        "AWS::ApiGatewayV2::Integration",
        "AWS::ApiGatewayV2::Route",
        "AWS::ApiGatewayV2::Stage",
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::Dashboard",
        "AWS::IAM::Role",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::Lambda::EventSourceMapping",
        "AWS::Lambda::LayerVersion",
        "AWS::Lambda::Permission",
        "AWS::Logs::QueryDefinition",
        "AWS::SES::ConfigurationSetEventDestination",
        "AWS::SNS::Subscription",
        "AWS::SQS::QueuePolicy",
    }
)
"""Types that hold nothing and that nobody outside knows; every other type is in the snapshot."""

LOSSES: Mapping[str, str] = {
    "AWS::ApiGatewayV2::Api": "the address that customers call",
    "AWS::DynamoDB::Table": "all its items: the old table stays behind, and nothing reads it",
    "AWS::Events::Rule": "its ARN, which the queue's policy and others' permissions name",
    "AWS::KMS::Key": "every password and signing secret: no other key opens them",
    "AWS::Lambda::Function": "its ARN, which templates with Custom::Callback have as ServiceToken",
    "AWS::Logs::LogGroup": "its log lines",
    "AWS::SES::ConfigurationSet": "its record of bounces and complaints",
    "AWS::SES::EmailIdentity": "its verification: no mail goes out until DNS is set up again",
    "AWS::SNS::Topic": "its subscribers, who have to confirm again",
    "AWS::SQS::Queue": "its messages, and the address that producers send to",
}
"""What is lost when a resource of a type is replaced."""

_INTRODUCTION = """\
What must stay as it is from release to release: CloudFormation replaces a resource by an empty one where its logical id
or one of these properties changes, and cannot change an index at all. `python -m tools.resource_snapshot` writes this
file; a test fails where the template differs.
"""

_RESOURCE = re.compile(r"\w+ \([\w:]+\)")

type Kept = Mapping[str, Mapping[str, str]]
"""By resource, as `name (type)`: the properties that its identity depends on."""


def kept(translated: Template) -> Kept:
    """Return the resources of *translated* that must not be replaced."""
    return {
        f"{name} ({resource['Type']})": dict(_identity(resource))
        for name, resource in translated["Resources"].items()
        if resource["Type"] not in REPLACEABLE
    }


def snapshot(translated: Template) -> str:
    """Return the whole file."""
    blocks = (
        f"\n{resource}\n" + "".join(f"  {name}: {value}\n" for name, value in identity.items())
        for resource, identity in sorted(kept(translated).items())
    )
    return _INTRODUCTION + "".join(blocks)


def parse(text: str) -> Kept:
    """Read what `snapshot` wrote."""
    found: dict[str, dict[str, str]] = {}
    for line in text.splitlines():
        if _RESOURCE.fullmatch(line):
            identity = found.setdefault(line, {})
        elif line.startswith("  "):
            name, value = line.strip().split(": ", 1)
            identity[name] = value
    return found


def complaints(translated: Template, before: Kept) -> list[str]:
    """Say what an update from *before* to *translated* would replace, and what would be lost with it; one line each."""
    now = kept(translated)
    found = [f"{name} is renamed or gone; lost would be {_loss(name)}" for name in before.keys() - now.keys()]
    found += [f"{name} is new; `make snapshots` takes it in" for name in now.keys() - before.keys()]
    for name in before.keys() & now.keys():
        for what in sorted(before[name].keys() | now[name].keys()):
            was, is_ = before[name].get(what, "none"), now[name].get(what, "none")
            if was != is_:
                found.append(f"{name}: {what} was {was}, is {is_}; lost would be {_loss(name)}")
    return sorted(found)


def _identity(resource: Template) -> Iterator[tuple[str, str]]:
    properties = resource.get("Properties", {})
    if resource["Type"] == "AWS::DynamoDB::Table":
        yield from _keys_and_indexes(properties)
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, resource["Type"]).schema
    paths = {*schema.get("createOnlyProperties", ()), *schema.get("conditionalCreateOnlyProperties", ())}
    for path in sorted(paths - {"/properties/KeySchema"}):
        name = path.removeprefix("/properties/")
        value = properties
        for step in name.split("/"):
            value = value.get(step, {})
        yield name, readable(value) if value != {} else "none"


def _keys_and_indexes(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    types = {one["AttributeName"]: one["AttributeType"] for one in table["AttributeDefinitions"]}
    yield "KeySchema", _key(table, types)
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        for index in table.get(kind, ()):
            projection = index["Projection"]
            carried = [projection["ProjectionType"], *sorted(projection.get("NonKeyAttributes", ()))]
            yield f"{kind}/{index['IndexName']}", f"{_key(index, types)}; carries {' '.join(carried)}"


def _key(of: Mapping[str, Any], types: Mapping[str, str]) -> str:
    return ", ".join(
        f"{key['AttributeName']} {types[key['AttributeName']]} {key['KeyType']}" for key in of["KeySchema"]
    )


def _loss(resource: str) -> str:
    kind = resource.partition(" ")[2].strip("()")
    return LOSSES.get(kind, "what is in it")


if __name__ == "__main__":
    PATH.write_text(snapshot(translate(load(PROJECT / "template.yaml"), {})), encoding="utf-8")
