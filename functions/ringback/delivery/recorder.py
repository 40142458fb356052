"""Write what became of deliveries, and schedule their next attempts."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from ringback.aws.sqs import Queue
from ringback.delivery.retry_message import build_retry_message
from ringback.delivery.retry_schedule import waits_in_table
from ringback.errors import InfrastructureError
from ringback.models import Delivery
from ringback.storage.deliveries import DeliveryStore, Superseded, Written


class Recording(NamedTuple):
    """Messages, by how recording their deliveries went."""

    recorded: set[str]
    """Their deliveries are in the table now."""
    superseded: set[str]
    """Another invocation had written their deliveries meanwhile."""
    back: set[str]
    """They must go back: their deliveries were not written, or written but not scheduled."""


class Recorder:
    """Writes first and schedules afterwards: what is on the Retries queue is always in the table."""

    def __init__(self, *, deliveries: DeliveryStore, retries: Queue, clock: Callable[[], datetime]) -> None:
        self._deliveries = deliveries
        self._retries = retries
        self._clock = clock

    def record(self, outcomes: Mapping[str, Delivery]) -> Recording:
        """Record the delivery of each message, and schedule those that are pending.

        Where another invocation was quicker, its version stands and is scheduled here too: that invocation may have
        ended before doing so, and a second message for the same attempt is dropped.
        """
        now = self._clock()
        written = self._deliveries.record(
            list(outcomes.values()), parked=lambda delivery: waits_in_table(delivery, now)
        )
        how = {message: written[delivery.owner, delivery.id] for message, delivery in outcomes.items()}
        recorded = {message for message, state in how.items() if state is Written.YES}
        unwritten = {message for message, state in how.items() if state is Written.NO}
        pending = {message: outcomes[message] for message in recorded}
        pending |= {message: state.stands for message, state in how.items() if isinstance(state, Superseded)}
        back = unwritten | self.schedule(pending)
        return Recording(recorded=recorded, superseded=pending.keys() - recorded - back, back=back)

    def schedule(self, deliveries: Mapping[str, Delivery]) -> set[str]:
        """Put deliveries that are due soon on the Retries queue, and return the messages for which that failed."""
        now = self._clock()
        outgoing = {
            message: build_retry_message(owner=delivery.owner, delivery=delivery.id, due=delivery.due, now=now)
            for message, delivery in deliveries.items()
            if delivery.due and not waits_in_table(delivery, now)
        }
        try:
            refused = self._retries.send(outgoing.values())
        except InfrastructureError:
            return set(outgoing)
        return {message for message, retry in outgoing.items() if retry in refused}
