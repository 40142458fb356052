"""Try steps in a child process, where one that crashes or never ends does no harm."""

import os
import select
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NoReturn

STEP_SECONDS = 3.0
"""How long a step may take; the longest event takes about 0.03 s of a whole processor."""

type Step = Callable[[], object]


def survivors(steps: Sequence[Step], *, go_on: Callable[[], bool]) -> set[int]:
    """Return the indexes of the *steps* that a process survives, whatever they return or raise.

    After each step that it does not survive, *go_on* decides whether to try the rest; untried steps do not count.
    """
    survived: set[int] = set()
    first = 0
    while first < len(steps) and go_on():
        done = _run_in_child(steps[first:])
        survived.update(range(first, first + done))
        first += done + 1
    return survived


def _run_in_child(steps: Sequence[Step]) -> int:
    """Return how many of *steps* a new child process completes before one that it does not survive."""
    progress, done = os.pipe()
    child = os.fork()
    if child == 0:
        _do(steps, done)
    os.close(done)
    try:
        return _count(progress)
    finally:
        os.close(progress)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _do(steps: Sequence[Step], done: int) -> NoReturn:
    """Do *steps*, and write a byte to *done* after each; nothing else of the parent is touched."""
    try:
        for step in steps:
            with suppress(Exception):  # the parent meets the same error when it does the step itself
                step()
            os.write(done, b".")
    finally:
        os._exit(0)


def _count(progress: int) -> int:
    """Count the bytes that arrive at *progress* until none comes for longer than a step may take."""
    count = 0
    while select.select([progress], [], [], STEP_SECONDS)[0]:
        arrived = len(os.read(progress, 1024))
        if not arrived:
            break
        count += arrived
    return count
