"""Invoking the functions as Lambda does."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

_numbers = count(1)


@dataclass(slots=True, kw_only=True)
class Context:
    """What Lambda says of an invocation."""

    seconds: float = 30
    """Until it is ended."""
    function_name: str = "deliver"
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:deliver"
    aws_request_id: str = "52fdfc07-2182-154f-163f-5f0f9a621d72"

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


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
