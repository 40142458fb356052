"""Nobody may do everything."""

from typing import Any

import pytest

from tools.gate import wildcards


def complaints(**statement: Any) -> list[str]:
    document = {"Statement": {"Sid": "Some", "Effect": "Allow", "Action": "sqs:SendMessage", **statement}}
    resource = {"Type": "AWS::IAM::Role", "Properties": {"Policies": [{"PolicyDocument": document}]}}
    return list(wildcards.complaints({"Resources": {"Role": resource}}))


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        ({"Action": "dynamodb:*"}, "allows the action dynamodb:*"),
        ({"Action": ["dynamodb:Get*"]}, "allows the action dynamodb:Get*"),
        ({"Resource": "*"}, "allows it on *"),
        ({"Resource": {"Fn::Sub": "${Table.Arn}/index/*"}}, "allows it on ${Table.Arn}/index/*"),
        ({"Principal": "*"}, "allows everybody, *"),
        ({"NotResource": "one"}, "allows it on not one"),
        ({"Action": ["xray:PutTraceSegments", "sqs:SendMessage"], "Resource": "*"}, "allows it on *"),
    ],
)
def test_a_star_in_what_is_allowed_is_a_complaint(statement: dict[str, Any], complaint: str) -> None:
    assert complaints(**statement) == [f"Role, Some: {complaint}"]


@pytest.mark.parametrize(
    "statement",
    [
        {"Resource": {"Fn::GetAtt": ["Queue", "Arn"]}},
        {"Effect": "Deny", "Action": "sqs:*", "Principal": "*"},
        {"Action": "xray:PutTraceSegments", "Resource": "*"},
    ],
)
def test_what_names_its_resource_or_denies_or_has_no_resource_is_none(statement: dict[str, Any]) -> None:
    assert complaints(**statement) == []


def test_an_exception_that_nobody_needs_any_more_is_a_complaint() -> None:
    key = {"Type": "AWS::KMS::Key", "Properties": {}}

    found = list(wildcards.complaints({"Resources": {"CredentialsKey": key}}))

    assert found == ["CredentialsKey, AccessIsGivenByIam: needs no exception any more"]
