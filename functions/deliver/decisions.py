"""What becomes of a message: one decision for each, made before anything is sent."""

from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

from ringback.errors import InfrastructureError
from ringback.models import Callback, Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class DueAttempt:
    """Try the delivery now; it has all that this needs."""

    message: str
    """The message that brought it, which goes back to its queue if we fail."""
    delivery: Delivery
    callback: Callback
    secrets: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """Record the delivery as it is given, without an attempt."""

    metric: ClassVar[str]
    """Which of `telemetry.METRICS` counts it."""
    message: str
    delivery: Delivery


class Hold(Recorded):
    """Record that the delivery waits until its endpoint answers again."""

    __slots__ = ()
    metric = "Waiting"


class Defer(Recorded):
    """Record the delivery and attempt it in the retries lane: its endpoint fails of late, or is slow."""

    __slots__ = ()
    metric = "Deferred"


class Cancel(Recorded):
    """Record that nobody wants the delivery any more."""

    __slots__ = ()
    metric = "Cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expire(Recorded):
    """Record that the delivery has failed: it has waited for as long as it is kept."""

    metric = "Expired"
    callback: Callback


class Postpone(Recorded):
    """Record that the delivery comes back later: there was no room for its attempt."""

    __slots__ = ()
    metric = "NoRoom"


class Reschedule(NamedTuple):
    """Put the delivery on its queue: an earlier invocation recorded its attempt, and may have ended then."""

    message: str
    delivery: Delivery


class Drop(NamedTuple):
    """Do nothing but count it."""

    message: str
    metric: str
    """Which of `telemetry.METRICS` counts it."""


class Return(NamedTuple):
    """Give the message back to its queue."""

    message: str
    fault: InfrastructureError
    """Why it cannot be dealt with now."""


type Decision = DueAttempt | Hold | Defer | Cancel | Expire | Reschedule | Drop | Return
