"""The message of the Retries queue: it names a delivery and the due time of the attempt that it is for."""

from collections.abc import Mapping
from datetime import datetime
from math import ceil
from typing import Any, NamedTuple

from ringback.aws.sqs import LONGEST_DELAY, Outgoing
from ringback.errors import InfrastructureError, MalformedEvent, MalformedReason
from ringback.json_text import to_compact_json
from ringback.storage.formats import FIRST, refuse_newer
from ringback.timestamps import from_millis, to_millis

FORMAT = 1
"""Of the message, which has it as `version`; whatever comes, it has `delivery` and no `event`."""

MAX_OWNER = 2_048
MAX_DELIVERY = 1_024
"""Bytes of a partition key and of a sort key (DynamoDB's constraints)."""


class Retry(NamedTuple):
    """A message of the Retries queue: the delivery whose attempt is *due* now."""

    owner: str
    delivery: str
    due: datetime


def build_retry_message(*, owner: str, delivery: str, due: datetime, now: datetime) -> Outgoing:
    """Build the message that brings *delivery* back at *due*, or earlier where the queue cannot wait that long."""
    wait = ceil((due - now).total_seconds())
    return Outgoing(
        body=to_compact_json({"version": FORMAT, "owner": owner, "delivery": delivery, "due": to_millis(due)}),
        group=owner.rsplit("#", 1)[0],
        delay=min(max(wait, 0), LONGEST_DELAY),
    )


def parse_retry_message(message: Mapping[str, Any]) -> Retry | InfrastructureError:
    """Return the retry that *message* asks for, or why this release cannot read it.

    Raises:
        MalformedEvent: a field is missing, or holds what no release wrote.
    """
    try:
        refuse_newer("a retry", int(message.get("version", FIRST)), FORMAT)
        owner, delivery = _key_part(message["owner"], MAX_OWNER), _key_part(message["delivery"], MAX_DELIVERY)
        return Retry(owner=owner, delivery=delivery, due=from_millis(int(message["due"])))
    except InfrastructureError as newer:
        return newer
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise MalformedEvent(
            MalformedReason.BAD_RETRY, "a retry has owner, delivery and due (milliseconds since 1970)"
        ) from error


def _key_part(given: object, most: int) -> str:
    """Return text that DynamoDB takes in a key; one that it refuses would fail the whole batch."""
    if not isinstance(given, str) or not 0 < len(given.encode()) <= most:
        raise ValueError(given)
    return given
