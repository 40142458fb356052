"""Ends a step that takes too much of the processor, so that one event never uses up the time of its whole batch."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ringback.errors import InfrastructureError

TICK_SECONDS = 1.0
"""Processor time between two looks at what is being done; a step that both of them see ends.

The longest event takes some 0.03 s. On a fifth of a processor one that never ends costs its batch 5 to 10 s of 30.
"""


class Watch:
    """Looks at steps of the main thread: what is pure Python, or a regular expression, can be ended at any point."""

    def __init__(self) -> None:
        self._steps = 0
        self._under_way = 0
        """The number of the step that is being done; 0 between steps."""
        self._seen = 0
        """What was under way when it looked last."""

    def limited[**Arguments, Result](self, step: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
        """The same *step*, which raises `InfrastructureError` where it takes too long; it awaits nothing."""

        def watched(*arguments: Arguments.args, **options: Arguments.kwargs) -> Result:
            self._steps += 1
            self._under_way = self._steps
            try:
                return step(*arguments, **options)
            finally:
                self._under_way = 0

        return watched

    @contextmanager
    def on(self) -> Iterator[None]:
        """Watch the steps inside the block; signals reach the main thread alone, so that elsewhere nothing is."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        # It stays: a tick that comes a moment too late would end a process that has no handler.
        signal.signal(signal.SIGVTALRM, self._look)
        signal.siginterrupt(signal.SIGVTALRM, False)  # noqa: FBT003 - system calls of other threads go on
        signal.setitimer(signal.ITIMER_VIRTUAL, TICK_SECONDS, TICK_SECONDS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    def _look(self, *_: object) -> None:
        if self._under_way and self._under_way == self._seen:
            self._under_way = 0
            raise InfrastructureError(f"it took more than {TICK_SECONDS:g} s of the processor")
        self._seen = self._under_way
