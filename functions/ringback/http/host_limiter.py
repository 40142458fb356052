"""How many exchanges run with one server at a time, so that a batch never floods a small one."""

import asyncio
from collections import deque
from collections.abc import Hashable

from ringback.errors import NoCapacity

ACCOUNTS_FULL = 2
"""How many accounts at their limit a server is open to: whatever one of them does there, the others get in."""

type _Turns = deque[asyncio.Future[None]]


class HostLimiter:
    """Lets at most *most* of one account in at a time for each server, and twice as many in all.

    Who waits gets in by turns of the accounts, and within one in the order in which they came. Nothing is kept for
    servers that nobody uses.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._most_in_all = ACCOUNTS_FULL * most
        self._taken: dict[Hashable, int] = {}
        """Places by server."""
        self._owned: dict[tuple[Hashable, str], int] = {}
        """Places by server and account."""
        self._waiting: dict[Hashable, dict[str, _Turns]] = {}
        """Who waits by server and account; the account whose turn is next comes first."""

    def try_acquire(self, server: Hashable, account: str = "") -> bool:
        """Take a place at *server* if there is one; whoever does gives it back with `release`."""
        if not self._has_room(server, account):
            return False
        self._take(server, account)
        return True

    async def acquire(self, server: Hashable, account: str = "", *, wait: float) -> None:
        """Take a place at *server* as soon as there is one, within *wait* seconds.

        Raises:
            NotStarted: no place became free in that time.
        """
        if self.try_acquire(server, account):
            return
        try:
            async with asyncio.timeout(wait):
                await self._turn(server, account)
        except TimeoutError:
            raise NoCapacity(f"{self._most} attempts are at {server}, and none ended within {wait:g} s") from None

    def release(self, server: Hashable, account: str = "") -> None:
        """Give a place back: it goes to whoever is next."""
        if self._taken[server] > 1:
            self._taken[server] -= 1
        else:
            del self._taken[server]
        if self._owned[server, account] > 1:
            self._owned[server, account] -= 1
        else:
            del self._owned[server, account]
        if server in self._waiting:
            self._let_in(server)

    def _has_room(self, server: Hashable, account: str) -> bool:
        in_all = self._taken.get(server, 0)
        return in_all < self._most_in_all and self._owned.get((server, account), 0) < self._most

    def _take(self, server: Hashable, account: str) -> None:
        self._taken[server] = self._taken.get(server, 0) + 1
        self._owned[server, account] = self._owned.get((server, account), 0) + 1

    def _let_in(self, server: Hashable) -> None:
        """Give the place that became free to the first account that may have it, whose next turn comes last then."""
        accounts = self._waiting[server]
        for account, turns in accounts.items():
            turn = next((turn for turn in turns if not turn.done()), None)
            if turn is not None and self._has_room(server, account):
                self._take(server, account)
                turn.set_result(None)
                accounts[account] = accounts.pop(account)
                return

    async def _turn(self, server: Hashable, account: str) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(server, {}).setdefault(account, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            self._leave(server, account, turn)
            if not turn.cancelled():  # its turn came at the very moment at which it gave up
                self.release(server, account)
            raise
        self._leave(server, account, turn)

    def _leave(self, server: Hashable, account: str, turn: "asyncio.Future[None]") -> None:
        accounts = self._waiting[server]
        accounts[account].remove(turn)
        if not accounts[account]:
            del accounts[account]
        if not accounts:
            del self._waiting[server]
