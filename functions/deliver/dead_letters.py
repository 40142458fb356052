"""Dead letters: messages that are not events, kept whole with the reason until somebody looks."""

import re
from collections.abc import Mapping
from typing import Any, Final

from ringback.aws.sqs import Outgoing, Queue
from ringback.errors import InfrastructureError, MalformedEvent

MAX_ATTRIBUTES = 16_384
"""Bytes for the reason and all that stands beside a body; SQS counts names, types and values as part of a message.

The Events queue has room for them (template.yaml: MaximumMessageSize), so that every letter can be moved back to it.
"""

MAX_BODY = 1_048_576 - MAX_ATTRIBUTES
"""Bytes of a body that SQS takes beside the attributes (1 MiB in all)."""

MAX_DETAIL = 1_000
"""Characters of a detail; the rest of an over-long one says no more."""

_REFUSED: Final = "[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
"""A pattern of what SQS refuses in a body (SendMessage's documentation); only a direct invocation can bring it.

It is compiled when it is needed: that takes a fiftieth of a start.
"""

UNGROUPED = "dead-letters"
"""The group of a message that came without one."""


class DeadLetters:
    """The queue of what we could not handle."""

    def __init__(self, *, queue: Queue) -> None:
        self._queue = queue

    def bury(self, record: Mapping[str, Any], malformed: MalformedEvent) -> bool:
        """Send an SQS *record*'s body there, with the reason; False if that failed.

        The attribute `logged` is `detail` without what was given, where that may be private.
        """
        body, detail = _fitting(record["body"], malformed.detail)
        letter = Outgoing(
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
            return not self._queue.send([letter])
        except InfrastructureError:
            return False


def _fitting(body: str, detail: str) -> tuple[str, str]:
    """Both as SQS takes them; only a body that no queue could have brought us is cut, and the detail says so."""
    raw = body.encode(errors="replace")
    if len(raw) > MAX_BODY:
        body = raw[:MAX_BODY].decode(errors="ignore")
        detail = f"{detail} (cut from {len(raw):,} bytes to {MAX_BODY:,})"
    return re.sub(_REFUSED, "�", body) or " ", _attribute(detail)


def _attribute(text: str) -> str:
    return "".join(character if character.isprintable() else "�" for character in text[:MAX_DETAIL])
