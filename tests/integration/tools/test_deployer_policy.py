"""The policy of whoever deploys: that IAM takes it, and that it opens no more than a deployment needs."""

import json
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tools.deployer_policy import (
    DATA,
    MOST_CHARACTERS,
    PATH,
    STACK,
    THROUGH_CLOUDFORMATION,
    actions,
    page,
    policy,
    text,
)
from tools.template import load, translate

TRANSLATED = translate(load(Path(__file__).parents[3] / "template.yaml"), {})
POLICY = policy(TRANSLATED)
ALLOWED = [action for statement in POLICY["Statement"] for action in statement["Action"]]


def test_it_fits_one_managed_policy() -> None:
    assert len(json.dumps(POLICY, separators=(",", ":"))) <= MOST_CHARACTERS
    assert json.loads(text(TRANSLATED)) == POLICY


def test_what_a_handler_calls_is_allowed() -> None:
    called = actions(TRANSLATED)

    assert {"sqs:CreateQueue", "dynamodb:UpdateTimeToLive", "lambda:PutFunctionRecursionConfig"} <= called
    assert [action for action in called if not any(fnmatch(action, allowed) for allowed in ALLOWED)] == []


def test_the_page_has_it() -> None:
    assert PATH.read_text(encoding="utf-8") == page(TRANSLATED, PATH.read_text(encoding="utf-8")), (
        "write it anew: make docs"
    )


@pytest.mark.parametrize(
    "action",
    ["dynamodb:" + name for name in sorted(DATA)]
    + [
        "sqs:ReceiveMessage",
        "sqs:SendMessage",
        "sqs:PurgeQueue",
        "kms:Decrypt",
        "kms:Encrypt",
        "lambda:InvokeFunction",
    ],
)
def test_it_reaches_no_data(action: str) -> None:
    assert not any(fnmatch(action, allowed) for allowed in ALLOWED)


def test_roles_go_to_functions_alone_and_are_the_stack_s_own() -> None:
    passing = [one for one in POLICY["Statement"] if "iam:PassRole" in one["Action"]]

    assert [one["Resource"] for one in passing] == [[f"arn:aws:iam::*:role/{STACK}-*"]]
    assert [one["Condition"] for one in passing] == [{"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}]


def test_resources_are_changed_by_cloudformation_alone() -> None:
    for statement in POLICY["Statement"]:
        if statement["Sid"] not in {"DeployThisStack", "KeepPackages", "GiveFunctionsTheirRoles"}:
            assert statement["Condition"] == THROUGH_CLOUDFORMATION
