"""Tries steps out in a child process: one that ends its process, or never ends, does so there."""

import os
import select
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NoReturn

STEP_SECONDS = 3.0
"""How long a step may take; the longest event takes some 0.03 s of a whole processor."""

type Step = Callable[[], object]


def survivors(steps: Sequence[Step], *, go_on: Callable[[], bool]) -> set[int]:
    """The numbers of those *steps* that a process survives, whatever they return or raise.

    After each that it does not, *go_on* is asked; what was not tried is no survivor.
    """
    survived: set[int] = set()
    first = 0
    while first < len(steps) and go_on():
        done = _done_by_child(steps[first:])
        survived.update(range(first, first + done))
        first += done + 1
    return survived


def _done_by_child(steps: Sequence[Step]) -> int:
    """How many of *steps* a new child process gets through, before one that it does not."""
    progress, told = os.pipe()
    child = os.fork()
    if child == 0:
        _do(steps, told)
    os.close(told)
    try:
        return _count(progress)
    finally:
        os.close(progress)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _do(steps: Sequence[Step], told: int) -> NoReturn:
    """Do *steps*, with a byte for each that is done; nothing of the parent's is touched, closed or written."""
    try:
        for step in steps:
            with suppress(Exception):  # whoever does it in earnest deals with that
                step()
            os.write(told, b".")
    finally:
        os._exit(0)


def _count(progress: int) -> int:
    """The bytes that arrive at *progress*, until none comes for longer than a step may take."""
    count = 0
    while select.select([progress], [], [], STEP_SECONDS)[0]:
        arrived = len(os.read(progress, 1024))
        if not arrived:
            break
        count += arrived
    return count
