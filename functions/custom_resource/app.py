"""The Lambda function `custom-resource`: the callbacks that CloudFormation templates declare (`Custom::Callback`).

The stack's own template uses it to check its KMS keys (`Custom::CredentialsKey`).
"""

import json
import os
from collections.abc import Mapping
from typing import Any

import requests
from aws_lambda_powertools.utilities.typing import LambdaContext

from custom_resource import key_check
from custom_resource.environment import environment, logger
from custom_resource.properties import (
    NEVER_CREATED,
    build_attributes,
    describe_invalid_property,
    parse_declaration,
    parse_physical_id,
)
from ringback.callbacks.parse import parse_public_setting
from ringback.catalog.payload import lookup
from ringback.errors import InfrastructureError, InvalidSetting, describe_error

ANSWER_SECONDS = (5, 20)
"""Time-outs for connecting to CloudFormation, and for its response."""

MAX_REASON = 1_000
"""Characters of a reason at most; CloudFormation allows 4 KB for the whole response."""


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:  # noqa: ARG001 - Lambda passes it
    """Create, update or delete one resource, and report the result to CloudFormation."""
    answer = _handle(event)
    for name in ("StackId", "RequestId", "LogicalResourceId"):
        answer[name] = event[name]
    _respond(event["ResponseURL"], answer)
    logger.info("resource.changed", extra={"request": event["RequestType"], "status": answer["Status"]})


def _respond(url: str, answer: Mapping[str, Any]) -> None:
    """Send *answer* to CloudFormation, without errors that quote *url*, which is as good as a password."""
    body = json.dumps(answer).encode()
    try:
        # The URL is signed for a request without Content-Type; requests sets none for bytes.
        requests.put(url, data=body, timeout=ANSWER_SECONDS).raise_for_status()
    except requests.RequestException as error:
        status = f" {error.response.status_code}" if error.response is not None else ""
        raise InfrastructureError(f"answering CloudFormation: {type(error).__name__}{status}") from None


def _handle(event: Mapping[str, Any]) -> dict[str, Any]:
    try:
        if event.get("ResourceType") == key_check.TYPE:
            return _check_keys(event)
        return _delete(event) if event["RequestType"] == "Delete" else _set(event)
    except InvalidSetting as error:
        return _failed(event, describe_invalid_property(error))
    except Exception as error:  # noqa: BLE001 - without a response, the stack would wait for an hour
        return _failed(event, _describe_failure(error))


def _set(event: Mapping[str, Any]) -> dict[str, Any]:
    env = environment()
    declaration = parse_declaration(event["ResourceProperties"])
    owner, kind = declaration.key
    callback = parse_public_setting(lookup(kind), declaration.fields, owner=owner, allowed=env.allowed_networks)
    env.numbers.change({declaration.key: callback}, declared_by=_resource(event))
    data = build_attributes(declaration.key)
    return {"Status": "SUCCESS", "PhysicalResourceId": declaration.physical_id, "Data": data}


def _check_keys(event: Mapping[str, Any]) -> dict[str, Any]:
    """Check the stack's keys, whose ARNs are the resource's physical id; on deletion there is nothing to do."""
    if event["RequestType"] == "Delete":
        return {"Status": "SUCCESS", "PhysicalResourceId": event["PhysicalResourceId"]}
    keys = key_check.check(event["ResourceProperties"]["KeyArns"], environment().kms)
    return {"Status": "SUCCESS", "PhysicalResourceId": keys}


def _delete(event: Mapping[str, Any]) -> dict[str, Any]:
    key = parse_physical_id(event["PhysicalResourceId"])
    if key:
        environment().numbers.withdraw(key, declared_by=_resource(event))
    return {"Status": "SUCCESS", "PhysicalResourceId": event["PhysicalResourceId"]}


def _describe_failure(error: Exception) -> str:
    logger.error("resource.failed", extra=describe_error(error))
    if isinstance(error, InfrastructureError):
        return "Ringback is temporarily unavailable; try again"
    return "internal error of Ringback; see the log of its function custom-resource"


def _failed(event: Mapping[str, Any], reason: str) -> dict[str, Any]:
    # CloudFormation deletes a resource whose creation failed: that must not remove a callback that existed before.
    physical_id = event.get("PhysicalResourceId", f"{NEVER_CREATED}{event['RequestId']}")
    return {"Status": "FAILED", "PhysicalResourceId": physical_id, "Reason": reason[:MAX_REASON]}


def _resource(event: Mapping[str, Any]) -> str:
    """Return the identity of the resource within its stack, whichever callback it declares."""
    return f"{event['StackId']}/{event['LogicalResourceId']}"


if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    environment()  # fail during the init phase if a variable is missing
