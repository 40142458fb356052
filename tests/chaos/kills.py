"""Every function is killed at every step: before a request takes effect, and when it has, and after the last one."""

from tests.chaos.rows import Row
from tests.chaos.scenes import SCENES
from tests.chaos.size import Size
from tests.chaos.steps import KILLS, at
from tests.chaos.trials import play, steps_of


def run(size: Size) -> Row:
    """Kill each scene's function at all steps, or at some."""
    row = Row(name="kills", what="")
    kinds: set[tuple[str, str]] = set()
    for name, scene in SCENES.items():
        after_all = len(steps_of(name)) + 1
        for number in range(1, after_all + 1):
            for act in KILLS:
                if number != after_all and not size.takes(name, number, act, points=len(KILLS) * after_all):
                    continue
                trial = play(scene, at(number, act))
                last = trial.steps[-1]
                row.add(
                    f"{name}, step {last}, {act if trial.first.killed else 'not killed'}", trial.verdict, trial.ended
                )
                kinds.add((name, last.operation))
                if number == after_all:
                    break
    row.what = f"`kill -9` at {len(kinds)} kinds of step of {len(SCENES)} invocations, before and after each"
    return row
