"""A key of one's own in KMS, and the move from one key to another."""

import json
from typing import Any, cast

import pytest

from custom_resource import app, environment, key_check
from local.invocation import Context
from ringback.aws.kms import Credentials
from ringback.config import read_config
from ringback.errors import InfrastructureError
from tests.integration.calling import Api
from tests.integration.receivers import Receiver
from tests.integration.stack import Stack, client

WHERE = {"owner": "1000001#3215551212", "event": "messages/receive_notify"}


def new_key(stack: Stack) -> str:
    return stack.kms.create_key()["KeyMetadata"]["Arn"]


def credentials(stack: Stack, *keys: str) -> Credentials:
    return Credentials(key=",".join(keys), kms=lambda: stack.kms)


def told(api: Api, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, request: str, keys: str) -> dict[str, Any]:
    """What CloudFormation is told of the stack's keys."""
    monkeypatch.setattr(environment, "client", client)
    parts = environment.Environment(read_config(environment.CustomResourceConfig, api.stack.environment))
    monkeypatch.setattr(app, "environment", lambda: parts)
    monkeypatch.setattr(key_check, "PAUSES", ())
    event = {
        "RequestType": request,
        "ResponseURL": receiver.text_url,
        "StackId": "stack",
        "RequestId": "1",
        "LogicalResourceId": "CredentialsKeyCheck",
        "ResourceType": "Custom::CredentialsKey",
        "ResourceProperties": {"ServiceToken": "arn", "KeyArns": keys},
        **({} if request == "Create" else {"PhysicalResourceId": keys}),
    }
    app.lambda_handler(event, cast("Any", Context(function_name="custom-resource")))
    answer: dict[str, Any] = json.loads(receiver.received[-1].body)
    return answer


def test_a_key_that_can_be_used_is_handed_on(
    api: Api, stack: Stack, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = f"{new_key(stack)},{new_key(stack)}"
    answer = told(api, receiver, monkeypatch, "Create", keys)

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", keys)


@pytest.mark.parametrize(
    ("region", "reason"), [("us-east-1", "there is no such key"), ("eu-west-1", "is in eu-west-1")]
)
def test_a_key_that_cannot_be_used_fails_the_deployment_with_a_sentence(
    api: Api, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, region: str, reason: str
) -> None:
    key = f"arn:aws:kms:{region}:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    answer = told(api, receiver, monkeypatch, "Create", key)

    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith(f"CredentialsKeyArn: {key}")
    assert reason in answer["Reason"]


def test_taking_the_check_away_leaves_the_key_alone(
    api: Api, stack: Stack, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = new_key(stack)

    assert told(api, receiver, monkeypatch, "Delete", key)["Status"] == "SUCCESS"
    assert stack.kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"


def test_the_first_key_seals_and_those_after_it_still_open(stack: Stack) -> None:
    old, new = new_key(stack), new_key(stack)
    before = credentials(stack, old).seal("secret", **WHERE)
    moved = credentials(stack, new, old)
    after = moved.seal("secret", **WHERE)

    assert [moved.open(sealed, **WHERE) for sealed in (before, after)] == ["secret"] * 2
    assert credentials(stack, new).open(after, **WHERE) == "secret"


def test_without_the_old_key_what_it_sealed_stays_sealed(stack: Stack) -> None:
    old, new = new_key(stack), new_key(stack)
    sealed = credentials(stack, old).seal("secret", **WHERE)

    with pytest.raises(InfrastructureError):
        credentials(stack, new).open(sealed, **WHERE)
