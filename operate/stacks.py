"""Find the stack that an operator means: the local one, or one by its name in their AWS account."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ClientError

from local.aws.cloud import Cloud
from local.errors import LocalError
from local.paths import Paths
from ringback.aws.clients import infrastructure_error

NEEDED = frozenset({"DeadLettersUrl", "EventsQueueUrl", "RetriesQueueUrl"})
"""Outputs without which there is nothing to operate on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A deployed stack."""

    name: str
    outputs: Mapping[str, str]
    client: Callable[[str], Any]
    """Creates a boto3 client of the named service."""


def stack_of(cloud: Cloud) -> Stack:
    """Return the stack on the local AWS."""
    return Stack(name="the local stack", outputs=cloud.outputs, client=cloud.client)


def stack_called(name: str) -> Stack:
    """Return the stack *name* on AWS, by the operator's own credentials and region.

    Raises:
        LocalError: CloudFormation knows no such stack, or it is not a Ringback.
        InfrastructureError: CloudFormation is unreachable, or refuses these credentials.
    """
    with infrastructure_error(f"looking for the stack {name}"):
        # Unlike the AWS CLI, boto3 alone does not look at AWS_REGION.
        session: Any = boto3.Session(region_name=os.environ.get("AWS_REGION"))
        cloudformation = session.client("cloudformation")
        try:
            stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationError":
                raise
            where = cloudformation.meta.region_name
            raise LocalError(f"there is no stack {name} in {where} of this account") from None
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    if missing := NEEDED - outputs.keys():
        raise LocalError(f"the stack {name} is no Ringback: it has no output {min(missing)}")
    return Stack(name=name, outputs=outputs, client=session.client)


def find_stack(name: str | None) -> Stack:
    """Return the stack *name* on AWS, or the local one without a name.

    Raises:
        LocalError: there is none.
        InfrastructureError: AWS is unreachable, or refuses these credentials.
    """
    return stack_called(name) if name else stack_of(Cloud.saved(Paths()))
