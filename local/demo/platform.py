"""Do what the telephone platform does: put events on the queue."""

import json

from local.aws.cloud import Cloud

DEFAULT_ACCOUNT = "default"


def put(cloud: Cloud, event: str) -> None:
    """Put *event* on the queue unchanged, in the group of its account, so that accounts do not delay each other."""
    cloud.client("sqs").send_message(
        QueueUrl=cloud.outputs["EventsQueueUrl"], MessageBody=event, MessageGroupId=_account(event)
    )


def _account(event: str) -> str:
    try:
        return str(json.loads(event)["account"])
    except (ValueError, KeyError, TypeError):
        return DEFAULT_ACCOUNT  # whatever it is, Ringback is to see it
