"""Deploys the built template to MiniStack, as `sam deploy` does to AWS but five times as fast."""

import json
import time
from collections.abc import Mapping
from copy import deepcopy
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from local.errors import LocalError
from tools.template import Template, translate

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

STACK = "ringback"

PARAMETERS: Final[Mapping[str, str]] = {
    "SenderAddress": "notify@ringback.example",
    "AllowedNetworks": "127.0.0.0/8,::1/128",  # receivers on this machine
    "SuccessLogRate": "1",
    "DeletionProtection": "false",
    "RequestsPerSecond": "100",  # tests ask faster than customers
    "EventsConcurrency": "2",  # each is a process of its own here
    "RetriesConcurrency": "2",
}
"""What the local stack has otherwise than a real one."""

DEPLOY_SECONDS = 120
POLL_SECONDS = 0.1


def deploy(
    packaged: Template, cloudformation: "CloudFormationClient", more: Mapping[str, str] = MappingProxyType({})
) -> Mapping[str, str]:
    """Create the stack, or bring it up to date; its outputs. *more* are parameters beside those that it always has.

    Raises:
        LocalError: CloudFormation does not take it; the message has the reasons.
    """
    parameters = {**PARAMETERS, **more}
    template = with_numbers(translate(packaged, parameters))
    change = {
        "StackName": STACK,
        "TemplateBody": json.dumps(template),
        "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
        "Capabilities": ["CAPABILITY_IAM"],
    }
    _change(cloudformation, change)
    stack = _settled(cloudformation)
    if stack["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise LocalError(f"the stack is {stack['StackStatus']}:\n{_reasons(cloudformation)}")
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def _change(cloudformation: "CloudFormationClient", change: dict[str, Any]) -> None:
    try:
        cloudformation.create_stack(**change)
    except cloudformation.exceptions.AlreadyExistsException:
        try:
            cloudformation.update_stack(**change)
        except ClientError as error:
            if "No updates are to be performed" not in str(error):
                raise LocalError(f"the stack cannot be updated ({error}); `make clean` starts afresh") from error


def _settled(cloudformation: "CloudFormationClient") -> Mapping[str, Any]:
    until = time.monotonic() + DEPLOY_SECONDS
    while time.monotonic() < until:
        stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
        if not stack["StackStatus"].endswith("IN_PROGRESS"):
            return stack
        time.sleep(POLL_SECONDS)
    raise LocalError(f"the stack is not deployed after {DEPLOY_SECONDS} s")


def _reasons(cloudformation: "CloudFormationClient") -> str:
    events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
    failed = (event for event in events if event["ResourceStatus"].endswith("FAILED"))
    return "\n".join(f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason')}" for event in failed)


def with_numbers(template: Template) -> Template:
    """The template with the lanes' concurrency written out.

    MiniStack hands parameters over as text, as CloudFormation does, but then compares this one as a number.
    """
    changed = deepcopy(template)
    for resource in changed["Resources"].values():
        scaling = resource["Properties"].get("ScalingConfig", {})
        match scaling.get("MaximumConcurrency"):
            case {"Ref": parameter}:
                scaling["MaximumConcurrency"] = int(PARAMETERS[parameter])
    return changed
