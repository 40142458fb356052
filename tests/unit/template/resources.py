"""The template's resources, as its tests look at them."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.template_under_test import path_under_test, translated, written

PROJECT = Path(__file__).parents[3]
QUEUES = ("EventsQueue", "RetriesQueue", "DeadLetters")
LANES = ("EventsQueue", "RetriesQueue")
TABLES = ("CallbacksTable", "DeliveriesTable")
FUNCTIONS = ("DeliverFunction", "RequeueFunction", "FeedbackFunction", "ApiFunction", "CallbackResourceFunction")


def source() -> Mapping[str, Any]:
    return written(path_under_test())


def template() -> Mapping[str, Any]:
    return translated(path_under_test())


def properties(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = template()["Resources"][name]["Properties"]
    return found


def of_type(kind: str) -> dict[str, Mapping[str, Any]]:
    return {name: one for name, one in template()["Resources"].items() if one["Type"] == kind}


def statements(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {statement["Sid"]: statement for statement in document["Statement"]}


def named_in(value: object) -> set[str]:
    """The parameters and resources that an expression speaks of."""
    words = set(re.findall(r"\w+", json.dumps(value)))
    return words & {*template()["Resources"], *template()["Parameters"]}


def grants() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for name, role in of_type("AWS::IAM::Role").items():
        own = [one for one in role["Properties"]["Policies"] if "Fn::If" not in one]
        shared = [properties(arn["Ref"]) for arn in role["Properties"]["ManagedPolicyArns"]]
        for policy in (*own, *shared):
            for sid, statement in statements(policy["PolicyDocument"]).items():
                yield name, sid, statement
