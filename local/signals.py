"""End a process in order when a signal asks for it, as at Ctrl-C."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ASKED_TO_END = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def in_order() -> Iterator[None]:
    """While the block runs, make such a signal leave it by `SystemExit`, with the status that a shell shows for it.

    A signal that is ignored, as SIGHUP under nohup, stays ignored.
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
