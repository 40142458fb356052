"""The steps at which something may go wrong, and what may: the tables that campaigns go through."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import count


class Act(StrEnum):
    """What becomes of one request that left a function."""

    PASS = "nothing goes wrong"
    KILL_BEFORE = "killed before it takes effect"
    KILL_DONE = "killed once it is done"
    REFUSE = "refused"
    THROTTLE = "throttled"
    BREAK = "an error of AWS (500)"
    RESET = "connection reset"
    HANG = "no answer"
    LOSE = "done, connection reset"
    MUTE = "done, no answer"
    PARTIAL = "half of it done"


KILLS = (Act.KILL_BEFORE, Act.KILL_DONE)
"""The moments of each step at which a function is killed; after its last step there is one more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way in which a call of AWS fails."""

    act: Act
    lasts: bool
    """Whether the same operation goes on failing for the rest of the invocation, or fails only once."""

    def __str__(self) -> str:
        return f"{self.act}{', again and again' if self.lasts else ', once'}"


FAULTS = tuple(
    Fault(act=act, lasts=lasts)
    for act, lasts in (
        (Act.REFUSE, True),
        (Act.THROTTLE, False),
        (Act.THROTTLE, True),
        (Act.BREAK, False),
        (Act.BREAK, True),
        (Act.RESET, False),
        (Act.RESET, True),
        (Act.HANG, False),
        (Act.HANG, True),
        (Act.LOSE, False),
        (Act.LOSE, True),
        (Act.MUTE, False),
        (Act.MUTE, True),
        (Act.PARTIAL, False),
        (Act.PARTIAL, True),
    )
)
"""Every way in which a call of AWS fails."""

RECEIVER = "receiver"
"""The service of a step that is no call of AWS."""

BATCHES = ("BatchGetItem", "BatchWriteItem", "BatchExecuteStatement", "SendMessageBatch")
"""The operations that can be done by half."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One request that a function made."""

    number: int
    """From 1 on, in the order in which they arrived."""
    service: str
    """Of AWS, or `receiver`."""
    operation: str
    is_conditional: bool = False
    """Whether it is a write with a condition, which could fail against itself when it is sent again."""

    def __str__(self) -> str:
        return f"{self.number} ({self.service} {self.operation})"


type Script = Callable[[Step], Act]
"""Says what becomes of each step."""


def passes(_: Step) -> Act:
    """Nothing goes wrong."""
    return Act.PASS


def at(number: int, act: Act) -> Script:
    """*act* at one step."""
    return lambda step: act if step.number == number else Act.PASS


def failing(number: int, fault: Fault) -> Script:
    """*fault* from the call of AWS with this *number* on; what goes to receivers is not counted."""
    calls = count(1)
    operations: set[str] = set()

    def script(step: Step) -> Act:
        if step.service == RECEIVER:
            return Act.PASS
        is_first = next(calls) == number
        if is_first:
            operations.add(step.operation)
        return fault.act if is_first or (fault.lasts and step.operation in operations) else Act.PASS

    return script
