"""Dead letters: messages that are not events, kept whole and with the reason until somebody looks at them."""

import re
from collections.abc import Mapping
from typing import Any, Final

from ringback.aws.sqs import Outgoing, Queue
from ringback.errors import InfrastructureError, MalformedEvent

MAX_ATTRIBUTES = 16_384
"""Bytes for the attributes of a message; SQS counts their names, types and values.

The Events queue has room for them (template.yaml: MaximumMessageSize), so that every dead letter can be moved back.
"""

MAX_BODY = 1_048_576 - MAX_ATTRIBUTES
"""Bytes of a body that SQS takes in addition to the attributes (1 MiB in all)."""

MAX_DETAIL = 1_000
"""Characters of a detail."""

_REFUSED: Final = "[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
"""A pattern of what SQS refuses in a body (SendMessage's documentation); only a direct invocation can bring it.

It is compiled when it is needed: that takes a fiftieth of a start.
"""

UNGROUPED = "dead-letters"
"""The group of a message that came without one."""


class DeadLetters:
    """The queue of messages that cannot be handled."""

    def __init__(self, *, queue: Queue) -> None:
        self._queue = queue

    def send(self, record: Mapping[str, Any], malformed: MalformedEvent) -> bool:
        """Send the body of an SQS *record* there with the reason, and return whether that worked.

        The attribute `logged` is `detail` without the given value, where that may be private.
        """
        body, detail = _fit(record["body"], malformed.detail)
        dead_letter = Outgoing(
            body=body,
            group=record.get("attributes", {}).get("MessageGroupId", UNGROUPED),
            attributes={
                "reason": malformed.reason,
                "detail": detail,
                "logged": _attribute(malformed.logged),
                "message_id": record["messageId"],
            },
        )
        try:
            return not self._queue.send([dead_letter])
        except InfrastructureError:
            return False


def _fit(body: str, detail: str) -> tuple[str, str]:
    """Return both as SQS takes them; only a body that is too long for any queue is cut, and the detail says so."""
    raw = body.encode(errors="replace")
    if len(raw) > MAX_BODY:
        body = raw[:MAX_BODY].decode(errors="ignore")
        detail = f"{detail} (cut from {len(raw):,} bytes to {MAX_BODY:,})"
    return re.sub(_REFUSED, "�", body) or " ", _attribute(detail)


def _attribute(text: str) -> str:
    return "".join(character if character.isprintable() else "�" for character in text[:MAX_DETAIL])
