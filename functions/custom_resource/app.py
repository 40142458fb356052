"""The function `custom-resource`: sets the callbacks that CloudFormation templates declare (`Custom::Callback`).

The stack's own template asks it whether its keys can be used (`Custom::CredentialsKey`).
"""

import json
import os
from collections.abc import Mapping
from typing import Any

import requests
from aws_lambda_powertools.utilities.typing import LambdaContext

from custom_resource import key_check
from custom_resource.environment import environment, logger
from custom_resource.properties import NEVER_MADE, described, key_in, named_as_in_the_template, parse_declaration
from ringback.callbacks.parse import parse_public_setting
from ringback.catalog.payload import lookup
from ringback.errors import InfrastructureError, InvalidSetting, describe_error

ANSWER_SECONDS = (5, 20)
"""To connect to CloudFormation, and for its answer."""

MAX_REASON = 1_000
"""Characters of a reason; CloudFormation takes 4 KB for the whole answer."""


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:  # noqa: ARG001 - Lambda passes it
    """Create, update or delete one resource, and tell CloudFormation how that went."""
    answer = _changed(event)
    for name in ("StackId", "RequestId", "LogicalResourceId"):
        answer[name] = event[name]
    _tell(event["ResponseURL"], answer)
    logger.info("resource.changed", extra={"request": event["RequestType"], "status": answer["Status"]})


def _tell(url: str, answer: Mapping[str, Any]) -> None:
    """Put *answer* where CloudFormation waits for it; the *url* is as good as a password, and errors quote it."""
    body = json.dumps(answer).encode()
    try:
        # The URL is signed for a request without Content-Type; requests sets none for bytes.
        requests.put(url, data=body, timeout=ANSWER_SECONDS).raise_for_status()
    except requests.RequestException as error:
        status = f" {error.response.status_code}" if error.response is not None else ""
        raise InfrastructureError(f"answering CloudFormation: {type(error).__name__}{status}") from None


def _changed(event: Mapping[str, Any]) -> dict[str, Any]:
    try:
        if event.get("ResourceType") == key_check.TYPE:
            return _checked(event)
        return _deleted(event) if event["RequestType"] == "Delete" else _set(event)
    except InvalidSetting as error:
        return _failed(event, named_as_in_the_template(error))
    except Exception as error:  # noqa: BLE001 - without an answer, the stack would wait for an hour
        return _failed(event, _our_words(error))


def _set(event: Mapping[str, Any]) -> dict[str, Any]:
    parts = environment()
    declaration = parse_declaration(event["ResourceProperties"])
    owner, kind = declaration.key
    callback = parse_public_setting(lookup(kind), declaration.fields, owner=owner, allowed=parts.allowed_networks)
    parts.numbers.change({declaration.key: callback}, declared_by=_resource(event))
    data = described(declaration.key)
    return {"Status": "SUCCESS", "PhysicalResourceId": declaration.physical_id, "Data": data}


def _checked(event: Mapping[str, Any]) -> dict[str, Any]:
    """Answer for the stack's keys, which are nothing of ours to delete."""
    data: Mapping[str, str] = {}
    if event["RequestType"] != "Delete":
        data = key_check.check(event["ResourceProperties"]["KeyArns"], environment().kms)
    return {"Status": "SUCCESS", "PhysicalResourceId": key_check.TYPE, "Data": data}


def _deleted(event: Mapping[str, Any]) -> dict[str, Any]:
    key = key_in(event["PhysicalResourceId"])
    if key:
        environment().numbers.withdraw(key, declared_by=_resource(event))
    return {"Status": "SUCCESS", "PhysicalResourceId": event["PhysicalResourceId"]}


def _our_words(error: Exception) -> str:
    logger.error("resource.failed", extra=describe_error(error))
    if isinstance(error, InfrastructureError):
        return "Ringback is temporarily unavailable; try again"
    return "internal error of Ringback; see the log of its function custom-resource"


def _failed(event: Mapping[str, Any], reason: str) -> dict[str, Any]:
    # To a creation that failed, CloudFormation sends a deletion: it must not remove what was there before.
    physical_id = event.get("PhysicalResourceId", f"{NEVER_MADE}{event['RequestId']}")
    return {"Status": "FAILED", "PhysicalResourceId": physical_id, "Reason": reason[:MAX_REASON]}


def _resource(event: Mapping[str, Any]) -> str:
    """The resource of a stack, whatever it stands for at the moment."""
    return f"{event['StackId']}/{event['LogicalResourceId']}"


if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    environment()  # what is missing is said while Lambda starts us
