"""Run coroutines concurrently, and hand on their results in groups as they come."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Coroutine

GROUP = 25
"""Results that are handed on without waiting for more: as many as one BatchWriteItem takes."""

LINGER_SECONDS = 0.03
"""How long a smaller group waits for more, from its first result on."""


class ResultGroups[Result]:
    """Runs coroutines as tasks, and yields their results in groups.

    A group fills as many writes as there are results for, or has whatever there is once it has lingered or nothing more
    comes; so it grows while whoever takes it is slow.
    """

    def __init__(self, *, at_once: int) -> None:
        """Run *at_once* of them at a time; the others wait."""
        self._loop = asyncio.get_running_loop()
        self._at_once = at_once
        self._waiting: deque[Coroutine[None, None, Result]] = deque()
        self._tasks: set[asyncio.Task[Result]] = set()
        self._ready: list[Result] = []
        self._enough = asyncio.Event()
        self._linger: asyncio.TimerHandle | None = None

    def start(self, coroutine: Coroutine[None, None, Result]) -> None:
        """Run *coroutine*, which raises nothing, as soon as there is room for it."""
        if len(self._tasks) >= self._at_once:
            self._waiting.append(coroutine)
            return
        task = self._loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def __aiter__(self) -> AsyncIterator[list[Result]]:
        while self._tasks or self._ready:
            await self._enough.wait()
            self._enough.clear()
            yield self._take()

    def cancel(self) -> None:
        """Cancel everything that waits or runs; its results are lost."""
        for coroutine in self._waiting:
            coroutine.close()
        self._waiting.clear()
        for task in self._tasks:
            task.remove_done_callback(self._done)
            task.cancel()

    def _take(self) -> list[Result]:
        whole = len(self._ready) // GROUP * GROUP
        size = whole if whole and self._tasks else len(self._ready)
        group, self._ready = self._ready[:size], self._ready[size:]
        if self._linger:
            self._linger.cancel()
            self._linger = None
        if self._ready:
            self._linger_for_more()
        return group

    def _linger_for_more(self) -> None:
        self._linger = self._loop.call_later(LINGER_SECONDS, self._enough.set)

    def _done(self, task: "asyncio.Task[Result]") -> None:
        self._tasks.discard(task)
        self._ready.append(task.result())
        if self._waiting:
            self.start(self._waiting.popleft())
        if len(self._ready) >= GROUP or not self._tasks:
            self._enough.set()
        elif self._linger is None:
            self._linger_for_more()
