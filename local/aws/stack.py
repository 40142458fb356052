"""Deploy the built template to MiniStack, as `sam deploy` does to AWS but five times as fast."""

import json
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from local.aws.cloud import Cloud
from local.aws.package import BUCKET
from local.errors import LocalError
from local.template import Template, translate

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

STACK = "ringback"

PARAMETERS: Final[Mapping[str, str]] = {
    "SenderAddress": "notify@ringback.example",
    "AllowedNetworks": "127.0.0.0/8,::1/128",  # receivers on this machine
    "SuccessLogRate": "1",
    "DeletionProtection": "false",
    "AllowedOrigins": "http://localhost:3000",  # a page under development
    "RequestsPerSecond": "100",  # tests ask faster than customers
    "EventsConcurrency": "2",  # each is a separate process here
    "RetriesConcurrency": "2",
    "Alarms": "off",  # nobody is to be woken by them
    "PublishOutputs": "on",
}
"""Parameters of the local stack that differ from a real one's."""

UNKNOWN_TYPES: Final = frozenset({"AWS::Logs::QueryDefinition"})
"""Types of resources that MiniStack does not know."""

DEPLOY_SECONDS = 120
POLL_SECONDS = 0.1


def deploy(packaged: Template, cloud: Cloud, more: Mapping[str, str] = MappingProxyType({})) -> Mapping[str, str]:
    """Create or update the stack and return its outputs; *more* are parameters in addition to the usual ones.

    Raises:
        LocalError: CloudFormation refuses it; the message has the reasons.
    """
    parameters = {**PARAMETERS, **more}
    template = as_ministack_takes_it(translate(packaged, parameters), parameters)
    cloudformation = cloud.client("cloudformation")
    change = {
        "StackName": STACK,
        "TemplateURL": _uploaded(template, cloud),
        "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
        "Capabilities": ["CAPABILITY_IAM"],
    }
    _change(cloudformation, change)
    stack = _settled(cloudformation)
    if stack["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise LocalError(f"the stack is {stack['StackStatus']}:\n{_reasons(cloudformation)}")
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def _uploaded(template: Template, cloud: Cloud) -> str:
    # A template that is sent with the call itself may have 51,200 bytes.
    key = "template.json"
    cloud.client("s3").put_object(Bucket=BUCKET, Key=key, Body=json.dumps(template).encode())
    return f"{cloud.endpoint}/{BUCKET}/{key}"


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


def as_ministack_takes_it(template: Template, parameters: Mapping[str, str] = PARAMETERS) -> Template:
    """Return *template*, written or translated, without what MiniStack does not know, and with concurrency as numbers.

    MiniStack refuses a stack with an unknown type, or with an alarm on metric math.
    """
    known = {name: one for name, one in template["Resources"].items() if not _is_unknown(one)}
    changed: Template = _adapted({**template, "Resources": known}, parameters)
    return changed


def _is_unknown(resource: Mapping[str, Any]) -> bool:
    return resource["Type"] in UNKNOWN_TYPES or "Metrics" in resource.get("Properties", {})


def _adapted(part: Any, parameters: Mapping[str, str]) -> Any:  # noqa: ANN401 - any part of a template
    """Return a copy with the lanes' concurrency as numbers, and an API's CORS settings under the names of its own API.

    MiniStack passes parameters on as text, as CloudFormation does, but then compares this one as a number. It passes
    CORS settings on unchanged, but then looks for `allowOrigins` and the like.
    """
    match part:
        case {"MaximumConcurrency": {"Ref": parameter}}:
            return {**part, "MaximumConcurrency": int(parameters[parameter])}
        case {"AllowOrigins": _}:
            return {f"{name[0].lower()}{name[1:]}": one for name, one in part.items()}
        case dict():
            return {name: _adapted(one, parameters) for name, one in part.items()}
        case list():
            return [_adapted(one, parameters) for one in part]
    return part
