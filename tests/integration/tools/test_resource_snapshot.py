"""What an update of the stack would make anew; here, because cfn-lint's schemas take seconds to import."""

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any

import pytest

from local.template import load, translate
from tools.resource_snapshot import LOSSES, PATH, PROJECT, complaints, kept, parse, snapshot

STATEFUL = {"AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::KMS::Key", "AWS::Logs::LogGroup"}

type Resources = dict[str, Any]


@cache
def template() -> dict[str, Any]:
    return translate(load(PROJECT / "template.yaml"), {})


def changed(change: Callable[[Resources], object]) -> list[str]:
    """The complaints about an update to a template with *change*."""
    copy = deepcopy(template())
    change(copy["Resources"])
    return complaints(copy, kept(template()))


def properties(resources: Resources, name: str) -> dict[str, Any]:
    found: dict[str, Any] = resources[name]["Properties"]
    return found


def test_an_update_makes_nothing_anew_that_holds_something() -> None:
    """If it is new, `make snapshots` takes it in; if it is meant, decision 0013 says what has to move first."""
    found = complaints(template(), parse(PATH.read_text(encoding="utf-8")))

    assert not found, "\n".join(
        ["", *found, "tests/unit/template/resources.snap: docs/decisions/0013-formats.md, Resources"]
    )


def test_what_is_written_is_read_back() -> None:
    assert parse(snapshot(template())) == kept(template())


def test_all_that_holds_something_is_kept_and_its_loss_can_be_named() -> None:
    for name, resource in template()["Resources"].items():
        if resource["Type"] in STATEFUL:
            assert f"{name} ({resource['Type']})" in kept(template())
    assert LOSSES.keys() >= STATEFUL


def rename_table(resources: Resources) -> None:
    resources["Deliveries"] = resources.pop("DeliveriesTable")


def change_key(resources: Resources) -> None:
    properties(resources, "DeliveriesTable")["KeySchema"][1]["AttributeName"] = "due"


def change_type_of_key(resources: Resources) -> None:
    properties(resources, "DeliveriesTable")["AttributeDefinitions"][1]["AttributeType"] = "B"


def change_index(resources: Resources) -> None:
    index = properties(resources, "CallbacksTable")["GlobalSecondaryIndexes"][0]
    index["Projection"]["NonKeyAttributes"].remove("format")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (rename_table, "DeliveriesTable (AWS::DynamoDB::Table) is renamed or gone; lost would be all its items"),
        (change_key, "KeySchema was owner S HASH, delivery S RANGE, is owner S HASH, due N RANGE; lost would be all"),
        (change_type_of_key, "KeySchema was owner S HASH, delivery S RANGE, is owner S HASH, delivery B RANGE;"),
        (
            change_index,
            "GlobalSecondaryIndexes/numbers was account S HASH, owner S RANGE; carries INCLUDE email format",
        ),
        (lambda all_: properties(all_, "CallbacksTable").update(TableName="x"), "TableName was none, is x; lost would"),
        (
            lambda all_: properties(all_, "EventsQueue").update(FifoQueue=True),
            "FifoQueue was none, is true; lost would",
        ),
        (
            lambda all_: all_.pop("RetriesQueue"),
            "RetriesQueue (AWS::SQS::Queue) is renamed or gone; lost would be its m",
        ),
        (
            lambda all_: all_.pop("CredentialsKey"),
            "CredentialsKey (AWS::KMS::Key) is renamed or gone; lost would be ev",
        ),
        (lambda all_: properties(all_, "Api").update(ProtocolType="WEBSOCKET"), "lost would be the address that custo"),
        (
            lambda all_: properties(all_, "ApiLog").update(LogGroupName="x"),
            "LogGroupName was none, is x; lost would be",
        ),
        (
            lambda all_: all_.update(Other={"Type": "AWS::SQS::Queue"}),
            "Other (AWS::SQS::Queue) is new; `make snapshots`",
        ),
    ],
)
def test_what_would_be_made_anew_is_told_with_what_is_lost(change: Callable[[Resources], object], says: str) -> None:
    assert any(says in complaint for complaint in changed(change)), changed(change)


def change_setting(resources: Resources) -> None:
    table = properties(resources, "DeliveriesTable")
    table["DeletionProtectionEnabled"] = False
    table["TimeToLiveSpecification"]["Enabled"] = False
    properties(resources, "EventsQueue")["VisibilityTimeout"] = 360
    del resources["ProtectedRoute"]


def test_what_is_changed_in_place_is_no_matter() -> None:
    assert changed(change_setting) == []
