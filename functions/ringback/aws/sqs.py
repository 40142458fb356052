"""Send to SQS in batches; a batch call that answers 200 can still have failed entries, which are returned."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import batched
from typing import TYPE_CHECKING

from ringback.aws.clients import infrastructure_error
from ringback.frozen import frozen

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageAttributeValueTypeDef

SEND_AT_ONCE = 10
"""SendMessageBatch's limit."""

LONGEST_DELAY = 900
"""Seconds; SQS's limit for `DelaySeconds`."""


@frozen
class Outgoing:
    """A message to send; *group* is the account, so that the queue is fair between accounts."""

    body: str
    group: str
    delay: int = 0
    """Whole seconds, at most `LONGEST_DELAY`."""
    attributes: Mapping[str, str] | None = None


@frozen
class Queue:
    """A queue that we send to."""

    url: str
    client: "SQSClient"

    def send(self, messages: Iterable[Outgoing]) -> list[Outgoing]:
        """Send *messages*; return those that the queue did not accept.

        Raises:
            InfrastructureError: the queue is unavailable.
        """
        failed: list[Outgoing] = []
        for chunk in batched(messages, SEND_AT_ONCE, strict=False):
            failed += self._send_chunk(chunk)
        return failed

    def _send_chunk(self, messages: Sequence[Outgoing]) -> list[Outgoing]:
        with infrastructure_error("sending to a queue"):
            answer = self.client.send_message_batch(
                QueueUrl=self.url,
                Entries=[
                    {
                        "Id": str(index),
                        "MessageBody": message.body,
                        "DelaySeconds": message.delay,
                        "MessageGroupId": message.group,
                        "MessageAttributes": _attributes(message.attributes or {}),
                    }
                    for index, message in enumerate(messages)
                ],
            )
        return [messages[int(entry["Id"])] for entry in answer.get("Failed", [])]


def _attributes(texts: Mapping[str, str]) -> dict[str, "MessageAttributeValueTypeDef"]:
    return {name: {"DataType": "String", "StringValue": text} for name, text in texts.items()}
