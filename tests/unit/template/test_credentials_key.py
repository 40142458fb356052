"""The template's key for passwords, and one of one's own."""

import json
import re

import pytest

from custom_resource import key_check
from tests.unit.template.resources import grants, properties, source, template

GIVEN_KEYS = {"Ref": "CredentialsKeyArn"}


def test_the_credentials_key_is_rotated_and_its_users_are_named_by_iam_alone() -> None:
    key = properties("CredentialsKey")
    (statement,) = key["KeyPolicy"]["Statement"]

    assert key["EnableKeyRotation"] is True
    assert statement["Principal"] == {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}


def test_a_key_of_one_s_own_takes_the_place_of_the_stack_s() -> None:
    """The stack makes none then, and all roles may use all keys given."""
    resources = template()["Resources"]
    used = {"Fn::If": ["KeyIsMade", {"Fn::GetAtt": ["CredentialsKey", "Arn"]}, {"Fn::Split": [",", GIVEN_KEYS]}]}
    granted = [statement for _, _, statement in grants() if "kms:" in json.dumps(statement["Action"])]

    assert source()["Parameters"]["CredentialsKeyArn"]["Default"] == ""
    assert source()["Conditions"]["KeyIsMade"] == {"Fn::Equals": [GIVEN_KEYS, ""]}
    assert resources["CredentialsKey"]["Condition"] == "KeyIsMade"
    assert [statement["Resource"] for statement in granted] == [used] * 3


def test_deliver_and_the_api_get_a_key_of_one_s_own_only_after_it_was_tried() -> None:
    check = template()["Resources"]["CredentialsKeyCheck"]
    tried = {"Ref": "CredentialsKeyCheck"}

    assert (check["Type"], check["Condition"]) == (key_check.TYPE, "KeyIsGiven")
    assert check["Properties"]["KeyArns"] == GIVEN_KEYS
    assert check["Properties"]["ServiceToken"] == {"Fn::GetAtt": ["CallbackResourceFunction", "Arn"]}
    for function in ("DeliverFunction", "ApiFunction"):
        assert properties(function)["Environment"]["Variables"]["CREDENTIALS_KEY"]["Fn::If"][2] == tried


def test_a_key_is_tried_within_the_time_that_its_function_has() -> None:
    assert sum(key_check.PAUSES) < properties("CallbackResourceFunction")["Timeout"] / 1.5


KEY_HERE = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.mark.parametrize(
    ("keys", "good"),
    [
        ("", True),
        (KEY_HERE, True),
        ("arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab", True),
        (f"{KEY_HERE},{KEY_HERE}", True),
        (f"{KEY_HERE}, {KEY_HERE}", False),
        (f"{KEY_HERE},", False),
        ("arn:aws:kms:eu-central-1:123456789012:alias/credentials", False),
        ("alias/credentials", False),
        ("1234abcd-12ab-34cd-56ef-1234567890ab", False),
    ],
)
def test_a_key_is_named_by_its_arn_and_not_by_an_alias(keys: str, good: bool) -> None:  # noqa: FBT001 - a column of the table
    """IAM would not take an alias for the key."""
    parameter = source()["Parameters"]["CredentialsKeyArn"]

    assert bool(re.fullmatch(parameter["AllowedPattern"], keys)) == good
    assert "not aliases" in parameter["ConstraintDescription"]
