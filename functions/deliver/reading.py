"""Reads the records of a batch, each by itself: what is wrong with one is nothing to the others."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from deliver.messages import Message
from ringback.errors import InfrastructureError, MalformedEvent

type SqsRecord = Mapping[str, Any]
"""A record of a Lambda event, as SQS makes it."""

READING_NEEDS_SECONDS = 5.0
"""Nothing more is read when the invocation has less time: it goes back as it is."""

NO_TIME = InfrastructureError("the invocation had no time left to read it")


class Batch(NamedTuple):
    """What records hold."""

    messages: Sequence[Message]
    malformed: Sequence[tuple[SqsRecord, MalformedEvent]]
    unread: Mapping[Exception, set[str]]
    """Why messages could not be read now, and their ids."""


def read_batch(
    records: Iterable[SqsRecord], *, read: Callable[[SqsRecord], Message], time_left: Callable[[], float]
) -> Batch:
    """Read what lies in *records*, as long as there is time."""
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
        except Exception as error:  # noqa: BLE001 - of this record alone, and said where messages are returned
            unread[error] = {record["messageId"]}
    return Batch(messages=messages, malformed=malformed, unread=unread)


def came_back(record: SqsRecord) -> bool:
    """Whether SQS hands a *record* out again: an earlier invocation ended without dealing with it."""
    return int(record.get("attributes", {}).get("ApproximateReceiveCount", 1)) > 1
