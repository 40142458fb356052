"""What to do about a message: there is one decision for each, made before anything is sent.

What follows from what a receiver answered is in `ringback.delivery.outcomes`.
"""

from dataclasses import field
from typing import ClassVar, NamedTuple

from ringback.errors import InfrastructureError
from ringback.frozen import frozen
from ringback.models import Callback, Delivery


@frozen
class DueAttempt:
    """Attempt the delivery now, with everything that this takes."""

    message: str
    """The message that brought it, which goes back to its queue if Ringback itself fails."""
    delivery: Delivery
    callback: Callback
    secrets: tuple[str, ...] = field(default=(), repr=False)


@frozen
class Recorded:
    """Record the delivery as it stands, without an attempt."""

    metric: ClassVar[str]
    """Which of `telemetry.METRICS` counts it."""
    message: str
    delivery: Delivery


class Hold(Recorded):
    """Record that the delivery waits until its endpoint answers again."""

    __slots__ = ()
    metric = "Waiting"


class Defer(Recorded):
    """Record the delivery and leave its attempt to the retries lane: its endpoint is slow, or has failed lately."""

    __slots__ = ()
    metric = "Deferred"


class Cancel(Recorded):
    """Record that the delivery is no longer wanted."""

    __slots__ = ()
    metric = "Cancelled"


@frozen
class Expire(Recorded):
    """Record that the delivery has failed: it has waited for as long as it is kept."""

    metric = "Expired"
    callback: Callback


class Postpone(Recorded):
    """Record that the delivery comes back later: there was no capacity for its attempt."""

    __slots__ = ()
    metric = "NoRoom"


class Reschedule(NamedTuple):
    """Put the delivery on its queue: an earlier invocation recorded its attempt, and may have ended before doing so."""

    message: str
    delivery: Delivery


class Drop(NamedTuple):
    """Count the message, and do nothing else."""

    message: str
    metric: str
    """Which of `telemetry.METRICS` counts it."""


class Return(NamedTuple):
    """Give the message back to its queue."""

    message: str
    cause: InfrastructureError
    """Why it cannot be handled now."""


type Decision = DueAttempt | Hold | Defer | Cancel | Expire | Reschedule | Drop | Return
