"""How many exchanges run with one server at a time, so that a batch never floods a small one."""

import asyncio
from collections import deque
from collections.abc import Hashable

from ringback.errors import NotStarted


class HostLimiter:
    """Lets at most *most* in at a time for each key, first come, first served; keeps nothing for idle keys."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: dict[Hashable, int] = {}
        self._waiting: dict[Hashable, deque[asyncio.Future[None]]] = {}

    def try_acquire(self, key: Hashable) -> bool:
        """Take a place for *key* if there is one; whoever does gives it back with `release`."""
        taken = self._taken.get(key, 0)
        if taken >= self._most:
            return False
        self._taken[key] = taken + 1
        return True

    async def acquire(self, key: Hashable, *, wait: float) -> None:
        """Take a place for *key* as soon as there is one, within *wait* seconds.

        Raises:
            NotStarted: no place became free in that time.
        """
        if self.try_acquire(key):
            return
        try:
            async with asyncio.timeout(wait):
                await self._turn(key)
        except TimeoutError:
            raise NotStarted(f"{self._most} attempts are at {key}, and none ended within {wait:g} s") from None

    def release(self, key: Hashable) -> None:
        """Give a place back: it goes to whoever has waited longest."""
        for turn in self._waiting.get(key, ()):
            if not turn.done():
                turn.set_result(None)
                return
        if self._taken[key] > 1:
            self._taken[key] -= 1
        else:
            del self._taken[key]

    async def _turn(self, key: Hashable) -> None:
        turn = asyncio.get_running_loop().create_future()
        waiting = self._waiting.setdefault(key, deque())
        waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # its turn came at the very moment at which it gave up
                self._leave(key, turn)
                self.release(key)
                raise
            self._leave(key, turn)
            raise
        self._leave(key, turn)

    def _leave(self, key: Hashable, turn: "asyncio.Future[None]") -> None:
        waiting = self._waiting[key]
        waiting.remove(turn)
        if not waiting:
            del self._waiting[key]
