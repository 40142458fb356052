"""Every function is killed at every step: before a request takes effect, and when it has, and after the last one."""

from collections.abc import Iterator

from tests.chaos.rows import Row
from tests.chaos.scenes import SCENES, Scene
from tests.chaos.size import Size
from tests.chaos.steps import KILLS, Act, at
from tests.chaos.trials import play, steps_of


def run(size: Size) -> Row:
    """Kill each scene's function at all steps, or at some."""
    row = Row(name="kills", what="")
    kinds: set[tuple[str, str]] = set()
    for name, scene in SCENES.items():
        for number, act in _points(name, scene, size):
            trial = play(scene, at(number, act), unheard=act is Act.PASS)
            last = trial.steps[-1]
            row.add(f"{name}, step {last}, {act if act in KILLS else 'killed after it'}", trial.verdict, trial.ended)
            kinds.add((name, last.operation))
    row.what = f"`kill -9` before and after {len(kinds)} kinds of step of {len(SCENES)} invocations"
    return row


def _points(name: str, scene: Scene, size: Size) -> Iterator[tuple[int, Act]]:
    """Each step with each moment, as often as it is to be tried, and one time after the last."""
    steps = len(steps_of(name))
    points = [(number, act) for number in range(1, steps + 1) for act in KILLS] + [(steps + 1, Act.PASS)]
    for number, act in points:
        if size.takes(name, number, act, points=len(points)):
            yield from [(number, act)] * (size.often if scene.often else 1)
