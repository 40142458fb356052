"""The message of the Retries queue: it names a delivery and the due time of the attempt that it is for."""

from datetime import datetime
from math import ceil

from ringback.queues import LONGEST_DELAY, Outgoing, compact
from ringback.times import milliseconds

FORMAT = 1
"""Of the message, which has it as `version`; whatever comes, it has `delivery` and no `event`."""


def retry_message(*, owner: str, delivery: str, due: datetime, now: datetime) -> Outgoing:
    """The message that brings *delivery* back at *due*; what is due later than the queue can wait comes early."""
    wait = ceil((due - now).total_seconds())
    return Outgoing(
        body=compact({"version": FORMAT, "owner": owner, "delivery": delivery, "due": milliseconds(due)}),
        group=owner.rsplit("#", 1)[0],
        delay=min(max(wait, 0), LONGEST_DELAY),
    )
