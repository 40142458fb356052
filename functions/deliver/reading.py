"""Read the records of a batch one by one, so that a bad one does not affect the others."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from deliver.messages import Message
from ringback.errors import InfrastructureError, MalformedEvent

type SqsRecord = Mapping[str, Any]
"""A record of the event that Lambda makes of SQS messages."""

READING_NEEDS_SECONDS = 5.0
"""With less time left, nothing more is read: it goes back to its queue."""

NO_TIME = InfrastructureError("the invocation had no time left to read it")


class Batch(NamedTuple):
    """What was read."""

    messages: Sequence[Message]
    malformed: Sequence[tuple[SqsRecord, MalformedEvent]]
    unread: Mapping[Exception, set[str]]
    """The ids of messages that could not be read now, by the reason."""


def read_batch(
    records: Iterable[SqsRecord], *, read: Callable[[SqsRecord], Message], time_left: Callable[[], float]
) -> Batch:
    """Read *records* for as long as there is time."""
    messages: list[Message] = []
    malformed: list[tuple[SqsRecord, MalformedEvent]] = []
    unread: dict[Exception, set[str]] = {}
    for record in records:
        if time_left() < READING_NEEDS_SECONDS:
            unread.setdefault(NO_TIME, set()).add(record["messageId"])
            continue
        try:
            messages.append(read(record))
        except MalformedEvent as error:
            malformed.append((record, error))
        except Exception as error:  # noqa: BLE001 - it concerns this record alone, and is logged where messages are returned
            unread[error] = {record["messageId"]}
    return Batch(messages=messages, malformed=malformed, unread=unread)


def came_back(record: SqsRecord) -> bool:
    """Return whether SQS hands *record* out again: an earlier invocation ended without handling it."""
    return int(record.get("attributes", {}).get("ApproximateReceiveCount", 1)) > 1
