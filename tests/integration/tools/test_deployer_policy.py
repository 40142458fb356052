"""The policy of whoever deploys: that IAM takes it, and that it opens no more than a deployment needs."""

import json
from fnmatch import fnmatch
from pathlib import Path

import pytest

from local.template import load, translate
from tools.deployer_policy import (
    DATA,
    MAX_CHARACTERS,
    PATH,
    STACK,
    THROUGH_CLOUDFORMATION,
    actions,
    page,
    policies,
    text,
)

ATTACHED_AT_MOST = 10
"""Managed policies of one role (IAM's default quota)."""

TRANSLATED = translate(load(Path(__file__).parents[3] / "template.yaml"), {})
POLICIES = policies(TRANSLATED)
STATEMENTS = [statement for policy in POLICIES for statement in policy["Statement"]]
ALLOWED = [action for statement in STATEMENTS for action in statement["Action"]]


def test_each_part_fits_a_managed_policy_and_says_the_same_as_its_text() -> None:
    for policy in POLICIES:
        assert len(json.dumps(policy, separators=(",", ":"))) <= MAX_CHARACTERS
        assert json.loads(text(policy)) == policy


def test_there_are_no_more_policies_than_a_role_may_have_and_no_statement_is_in_two() -> None:
    sids = [statement["Sid"] for statement in STATEMENTS]

    assert len(POLICIES) <= ATTACHED_AT_MOST
    assert len(sids) == len(set(sids))


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
    passing = [one for one in STATEMENTS if "iam:PassRole" in one["Action"]]

    assert [one["Resource"] for one in passing] == [[f"arn:aws:iam::*:role/{STACK}-*"]]
    assert [one["Condition"] for one in passing] == [{"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}]


def test_resources_are_changed_by_cloudformation_alone() -> None:
    for statement in STATEMENTS:
        if statement["Sid"] not in {"DeployThisStack", "KeepPackages", "GiveFunctionsTheirRoles"}:
            assert statement["Condition"] == THROUGH_CLOUDFORMATION
