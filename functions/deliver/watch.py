"""End steps that take too much processor time, so that one event cannot use up the time of its whole batch."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ringback.errors import InfrastructureError

TICK_SECONDS = 1.0
"""Processor time between two ticks; a step that is running at both of them is ended.

The longest event takes about 0.03 s. On a fifth of a processor, one that never ends costs its batch 5 to 10 s of 30.
"""


class Watch:
    """Watches steps of the main thread; pure Python and regular expressions can be ended at any point."""

    def __init__(self) -> None:
        self._steps = 0
        self._under_way = 0
        """The number of the running step; 0 between steps."""
        self._seen = 0
        """What was under way at the last tick."""

    def limited[**Arguments, Result](self, step: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
        """Wrap *step*, which must not await, so that it raises `InfrastructureError` when it takes too long."""

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
        """Watch the steps inside the block; in other threads, which signals do not reach, nothing is watched."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        # The handler stays: without one, a tick that comes a moment too late would end the process.
        signal.signal(signal.SIGVTALRM, self._tick)
        signal.siginterrupt(signal.SIGVTALRM, False)  # noqa: FBT003 - system calls of other threads go on
        signal.setitimer(signal.ITIMER_VIRTUAL, TICK_SECONDS, TICK_SECONDS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    def _tick(self, *_: object) -> None:
        if self._under_way and self._under_way == self._seen:
            self._under_way = 0
            raise InfrastructureError(f"it took more than {TICK_SECONDS:g} s of the processor")
        self._seen = self._under_way
