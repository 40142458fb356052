"""Batches as Lambda hands them to a function, and what the function answers."""

import json
from collections.abc import Mapping
from itertools import count
from typing import Any

_numbers = count(1)


def record(body: object, *, message: str = "", receives: int = 1, group: str = "1000001") -> dict[str, Any]:
    """A record of an SQS batch; *body* is its text, or becomes JSON."""
    return {
        "messageId": message or f"message-{next(_numbers)}",
        "receiptHandle": "…",
        "body": body if isinstance(body, str) else json.dumps(body),
        "attributes": {
            "ApproximateReceiveCount": str(receives),
            "SentTimestamp": "1795000000000",
            "MessageGroupId": group,
        },
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }


def failures(answer: Mapping[str, Any]) -> list[str]:
    """The messages that go back to their queue."""
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
