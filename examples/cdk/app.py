"""A CDK app beside Ringback's stack: a producer of events, and a callback.

Ringback itself is deployed by `sam deploy` with PublishOutputs=on; this app finds it by the name of its stack.
"""

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_ssm as ssm
from constructs import Construct


class Ringback(Construct):
    """A deployed stack of Ringback, by the outputs that it publishes."""

    def __init__(self, scope: Construct, name: str, *, stack: str) -> None:
        super().__init__(scope, name)
        self._stack = stack
        self.events_queue = sqs.Queue.from_queue_attributes(
            self, "Events", queue_arn=self.output("EventsQueueArn"), queue_url=self.output("EventsQueueUrl")
        )

    def output(self, name: str) -> str:
        """Return an output of the stack, which CloudFormation reads when the app is deployed."""
        return ssm.StringParameter.value_for_string_parameter(self, f"/ringback/{self._stack}/{name}")

    def add_callback(self, name: str, **properties: str) -> cdk.CustomResource:
        """Declare a callback; *properties* are those of `Custom::Callback` (docs/custom-callback.yaml)."""
        return cdk.CustomResource(
            self,
            name,
            service_token=self.output("CallbackResourceArn"),
            service_timeout=cdk.Duration.seconds(60),
            resource_type="Custom::Callback",
            properties=properties,
        )


class Platform(cdk.Stack):
    """A platform that sends events to Ringback and has one callback."""

    def __init__(self, scope: Construct, name: str, *, ringback_stack: str) -> None:
        super().__init__(scope, name)
        ringback = Ringback(self, "Ringback", stack=ringback_stack)
        producer = lambda_.Function(
            self,
            "Producer",
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=lambda_.Code.from_inline(PRODUCER),
            environment={"EVENTS_QUEUE_URL": ringback.events_queue.queue_url},
        )
        ringback.events_queue.grant_send_messages(producer)
        ringback.add_callback(
            "Messages",
            Account="1000001",
            Fonenumber="3215551212",
            Event="messages/receive_notify",
            Type="Callback",
            Method="JSON",
            Url="https://example.com/ringback",
        )


PRODUCER = """\
import json
import os

import boto3

sqs = boto3.client("sqs")


def handler(event, context):
    # A group for each account keeps one account's backlog from delaying the others.
    sqs.send_message(
        QueueUrl=os.environ["EVENTS_QUEUE_URL"], MessageBody=json.dumps(event), MessageGroupId=event["account"]
    )
"""

app = cdk.App()
Platform(app, "platform", ringback_stack=app.node.try_get_context("ringback") or "ringback")
app.synth()
