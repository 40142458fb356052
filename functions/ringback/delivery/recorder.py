"""Record: write what became of the attempts, and see that the next ones happen."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from ringback.aws.sqs import LONGEST_DELAY, Queue
from ringback.delivery.retry_message import build_retry_message
from ringback.errors import InfrastructureError
from ringback.models import Delivery
from ringback.storage.deliveries import DeliveryStore, Superseded, Written

LONGEST_QUEUE_WAIT = timedelta(seconds=LONGEST_DELAY)
"""A shorter wait is the queue's delay; a longer one is a due time in the table, for `requeue`."""


class Recording(NamedTuple):
    """What became of messages."""

    recorded: set[str]
    """Those whose deliveries are in the table now."""
    superseded: set[str]
    """Those whose deliveries somebody else had written meanwhile."""
    back: set[str]
    """Those that must go back: not written, or not scheduled (then they may be among the recorded, too)."""


class Recorder:
    """Writes first and schedules then: what is on the Retries queue is always in the table."""

    def __init__(self, *, deliveries: DeliveryStore, retries: Queue, clock: Callable[[], datetime]) -> None:
        self._deliveries = deliveries
        self._retries = retries
        self._clock = clock

    def record(self, outcomes: Mapping[str, Delivery]) -> Recording:
        """Record each message's delivery, and schedule what is pending.

        Where somebody else was quicker, theirs stands. It is scheduled here too: whoever wrote it may have ended before
        that, and a second message for the same attempt is dropped.
        """
        latest = self._clock() + LONGEST_QUEUE_WAIT
        written = self._deliveries.record(list(outcomes.values()), parked=lambda delivery: _parked(delivery, latest))
        how = {message: written[delivery.owner, delivery.id] for message, delivery in outcomes.items()}
        recorded = {message for message, state in how.items() if state is Written.YES}
        unwritten = {message for message, state in how.items() if state is Written.NO}
        pending = {message: outcomes[message] for message in recorded}
        pending |= {message: state.stands for message, state in how.items() if isinstance(state, Superseded)}
        back = unwritten | self.schedule(pending)
        return Recording(recorded=recorded, superseded=pending.keys() - recorded - back, back=back)

    def schedule(self, deliveries: Mapping[str, Delivery]) -> set[str]:
        """Put those deliveries on the Retries queue that are due soon; the messages for which that failed."""
        now = self._clock()
        outgoing = {
            message: build_retry_message(owner=delivery.owner, delivery=delivery.id, due=delivery.due, now=now)
            for message, delivery in deliveries.items()
            if delivery.due and not _parked(delivery, now + LONGEST_QUEUE_WAIT)
        }
        try:
            refused = self._retries.send(outgoing.values())
        except InfrastructureError:
            return set(outgoing)
        return {message for message, retry in outgoing.items() if retry in refused}


def _parked(delivery: Delivery, latest: datetime) -> bool:
    return bool(delivery.line) or (delivery.due is not None and delivery.due > latest)
