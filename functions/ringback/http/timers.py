"""Timers that many exchanges share."""

import asyncio
from math import inf
from types import TracebackType
from typing import Protocol


class Expiring(Protocol):
    """Something with a deadline."""

    def expire(self) -> None:
        """End it: its time is over."""


class Deadlines:
    """Calls `expire` of each member when its time is over, unless it has been removed.

    All deadlines lie about equally far ahead, so the timer is set every few seconds instead of for each exchange.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._ends: dict[Expiring, float] = {}
        self._next = inf
        """When the timer fires; never later than the first deadline."""
        self._timer: asyncio.TimerHandle | None = None

    def add(self, member: Expiring, end: float) -> None:
        """Expire *member* at *end*, a time of the event loop."""
        self._ends[member] = end
        if end < self._next:
            self._set(end)

    def remove(self, member: Expiring) -> None:
        """Forget the deadline of *member*."""
        self._ends.pop(member, None)

    def close(self) -> None:
        """Stop the timer."""
        if self._timer is not None:
            self._timer.cancel()

    def _set(self, end: float) -> None:
        self.close()
        self._next = end
        self._timer = self._loop.call_at(end, self._fire)

    def _fire(self) -> None:
        self._next = inf
        now = self._loop.time()
        for member in [member for member, end in self._ends.items() if end <= now]:
            del self._ends[member]
            member.expire()
        if self._ends:
            self._set(min(self._ends.values()))


class SharedTimeout:
    """`asyncio.timeout` for any number of tasks with the same deadline, at the cost of a single timer.

    A task must not enter it twice at a time.
    """

    def __init__(self, seconds: float) -> None:
        """Let it expire in *seconds*."""
        self._tasks: set[asyncio.Task[object]] = set()
        self._is_over = False
        self._timer = asyncio.get_running_loop().call_later(seconds, self._expire)

    def __enter__(self) -> None:
        """Add the running task.

        Raises:
            TimeoutError: the time is over.
        """
        if self._is_over:
            raise TimeoutError
        self._tasks.add(_running_task())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        task = _running_task()
        self._tasks.discard(task)
        # A task that was also cancelled from elsewhere has to end as cancelled.
        if self._is_over and kind is asyncio.CancelledError and task.uncancel() == 0:
            raise TimeoutError from error

    def close(self) -> None:
        """Stop the timer."""
        self._timer.cancel()

    def _expire(self) -> None:
        self._is_over = True
        for task in self._tasks:
            task.cancel()


def _running_task() -> asyncio.Task[object]:
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("only a task can time out")
    return task
