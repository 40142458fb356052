"""The stack that an operator means: the one of the local AWS, or one by its name in the account of the person's own."""

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
    """Makes a boto3 client of the service called so."""


def stack_of(cloud: Cloud) -> Stack:
    """The one on the local AWS."""
    return Stack(name="the local stack", outputs=cloud.outputs, client=cloud.client)


def stack_called(name: str) -> Stack:
    """The stack *name* on AWS, as the person's own credentials and region have it.

    Raises:
        LocalError: CloudFormation knows of none, or the one that it knows is no Ringback.
        OurFault: CloudFormation is out of reach, or does not let this person in.
    """
    with infrastructure_error(f"looking for the stack {name}"):
        # boto3 alone does not look at AWS_REGION, the AWS CLI does.
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
    """The stack *name* on AWS; without a name, the local one.

    Raises:
        LocalError: there is none.
        OurFault: AWS is out of reach, or does not let this person in.
    """
    return stack_called(name) if name else stack_of(Cloud.saved(Paths()))
