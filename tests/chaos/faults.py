"""Every call of AWS fails in every way: at each step of each scene, by each line of `steps.FAULTS`."""

from collections.abc import Iterator

from tests.chaos.rows import Row
from tests.chaos.scenes import SCENES
from tests.chaos.size import Size
from tests.chaos.steps import BATCHES, FAULTS, RECEIVER, Act, Fault, Step, failing
from tests.chaos.trials import play, steps_of

LOST = Fault(act=Act.LOSE, lasts=False)
"""A write takes effect, its answer is lost, and the client sends it again."""

HIDDEN = frozenset({Act.THROTTLE, Act.BREAK, Act.RESET, Act.HANG, Act.LOSE, Act.MUTE})
"""What a client gets over by itself when it happens once; a customer must not notice."""


def run(size: Size) -> Row:
    """Try every fault at every step, or a share of these."""
    row = Row(name="faults", what="")
    kinds: set[tuple[str, str]] = set()
    for name, scene in SCENES.items():
        for number, step, fault in _points(name, size):
            once = not fault.lasts and fault.act in HIDDEN and scene.function == "api"
            trial = play(scene, failing(number, fault), answered=once)
            row.add(f"{name}, call {number} ({step.operation}), {fault}", trial.verdict, trial.ended)
            kinds.add((step.operation, str(fault)))
    row.what = f"{len(kinds)} kinds of fault of {len({operation for operation, _ in kinds})} operations of AWS"
    return row


def _points(name: str, size: Size) -> Iterator[tuple[int, Step, Fault]]:
    """Each call of AWS that the scene makes when all goes well, with each way in which it can fail."""
    calls = [step for step in steps_of(name) if step.service != RECEIVER]
    for number, step in enumerate(calls, start=1):
        for fault in FAULTS:
            possible = fault.act is not Act.PARTIAL or step.operation in BATCHES
            if possible and size.takes(name, number, fault, points=len(calls) * len(FAULTS), of=0.1):
                yield from [(number, step, fault)] * (_repeated(calls, step, size) if fault == LOST else 1)


def _repeated(calls: list[Step], step: Step, size: Size) -> int:
    """How often the answer to a write with a condition is lost, so that all of its kind make up what *size* says."""
    alike = [one for one in calls if one.is_conditional and one.operation == step.operation]
    return -(-size.often // len(alike)) if step.is_conditional else 1
