"""What a process does at a signal that asks it to end: as at Ctrl-C, it puts things in order first."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ASKED_TO_END = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def in_order() -> Iterator[None]:
    """While the block runs, such a signal leaves it by `SystemExit`, with the status that a shell shows for it.

    One that is ignored, as SIGHUP under nohup, stays so.
    """
    before = {asked: signal.getsignal(asked) for asked in ASKED_TO_END}
    heeded = [asked for asked in ASKED_TO_END if before[asked] is not signal.SIG_IGN]
    for asked in heeded:
        signal.signal(asked, _end)
    try:
        yield
    finally:
        for asked in heeded:
            signal.signal(asked, before[asked])


def _end(number: int, _frame: FrameType | None) -> None:
    for asked in ASKED_TO_END:
        signal.signal(asked, signal.SIG_IGN)  # make passes on what the terminal has sent too: once is enough
    sys.exit(128 + number)
