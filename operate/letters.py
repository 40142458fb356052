"""Read a dead letter from its message on the queue, whatever the message holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from deliver.messages import message_in
from ringback.errors import MalformedEvent
from ringback.timestamps import from_millis

POISON = "poison"
"""The reason of what SQS moved here: deliver received it five times and never finished it."""

UNDELIVERABLE = "undeliverable"
"""The reason of what EventBridge could not hand over: an event to the Events queue, or a report of SES to feedback."""

NOT_DONE = "not_done"
"""The reason of a report that feedback failed to handle; Lambda put it here."""

UNKNOWN = "unknown"
"""The reason of what somebody else sent here."""

_ERROR = ("ERROR_CODE", "ERROR_MESSAGE", "EXHAUSTED_RETRY_CONDITION", "RETRY_ATTEMPTS")
"""Attributes that EventBridge adds to a dead letter (its user guide, "Using dead-letter queues")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One dead letter, for as long as it is looked at."""

    id: str
    receipt: str = field(repr=False)
    """What SQS needs in order to remove the letter, or to let it go."""
    body: str = field(repr=False)
    group: str | None
    sent: datetime
    """When the message was put on the queue that SQS moved it from; else, when it was sent here."""
    attributes: Mapping[str, str]
    source: str | None = None
    """Name of the queue that SQS moved it from."""
    function: str | None = None
    """Name of the function that was to get it, if it was not for a queue."""

    @property
    def reason(self) -> str:
        """One word for why it is here; what SQS did last counts, since a redrive keeps older attributes."""
        if self.source:
            return POISON
        if "ERROR_CODE" in self.attributes:
            return UNDELIVERABLE
        return self.attributes.get("reason") or (NOT_DONE if self.function else UNKNOWN)

    @property
    def story(self) -> str:
        """How it came here."""
        target = f"the function {self.function}" if self.function else "the Events queue"
        error = ", ".join(f"{name}={self.attributes[name]}" for name in _ERROR if name in self.attributes)
        stories = {
            POISON: f"the queue {self.source}: received 5 times, never dealt with (log: message.returned)",
            UNDELIVERABLE: f"EventBridge, which could not hand it to {target}: {error}",
            NOT_DONE: f"{target}, which failed at it (its log says why)",
            UNKNOWN: "somebody who sent it to this queue",
        }
        why = f": {self.attributes['logged']}" if "logged" in self.attributes else ""
        return stories.get(self.reason, f"deliver, which could not read it{why}")


def read_letter(message: Mapping[str, Any]) -> DeadLetter:
    """Read the letter in a *message* of `ReceiveMessage`, which was asked for all attributes."""
    system = message.get("Attributes", {})
    attributes = {name: value.get("StringValue", "") for name, value in message.get("MessageAttributes", {}).items()}
    source = system.get("DeadLetterQueueSourceArn")
    return DeadLetter(
        id=message["MessageId"],
        receipt=message["ReceiptHandle"],
        body=message["Body"],
        group=system.get("MessageGroupId"),
        sent=from_millis(int(system.get("SentTimestamp", 0))),
        attributes=attributes,
        source=source.rsplit(":", 1)[-1] if source else None,
        function=_name(attributes.get("TARGET_ARN") or _failed(message["Body"])),
    )


def _failed(body: str) -> str:
    """Return the ARN of the function that failed, if *body* is Lambda's record of a failed invocation."""
    try:
        return str(message_in(body)["requestContext"]["functionArn"])
    except (MalformedEvent, LookupError, TypeError):
        return ""


def _name(arn: str) -> str | None:
    """Return the function's name, if *arn* is a function's: `arn:aws:lambda:<region>:<account>:function:<name>`."""
    match arn.split(":"):
        case [_, _, "lambda", _, _, "function", name, *_]:
            return name
    return None
