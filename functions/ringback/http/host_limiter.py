"""Limit concurrent exchanges with one server, so that a batch never floods a small one.

How many there may be is `limits.Limits.connections_per_server`: the parameter `ConnectionsPerHost`, 10 by default.
"""

import asyncio
from collections import deque
from collections.abc import Hashable

from ringback.errors import NoCapacity

ACCOUNTS_FULL = 2
"""A server has room for as many accounts at their limit, so that none of them can keep the others out."""

type _Turns = deque[asyncio.Future[None]]


class HostLimiter:
    """Admits at most *most* exchanges of one account to a server at a time, and twice as many of all accounts.

    Waiting accounts take turns, and the exchanges of one account go in the order in which they came. Nothing is kept
    about unused servers.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._most_in_all = ACCOUNTS_FULL * most
        self._taken: dict[Hashable, int] = {}
        """Places taken, by server."""
        self._owned: dict[tuple[Hashable, str], int] = {}
        """Places taken, by server and account."""
        self._waiting: dict[Hashable, dict[str, _Turns]] = {}
        """Waiting exchanges by server and account; the account whose turn is next comes first."""

    def try_acquire(self, server: Hashable, account: str = "") -> bool:
        """Take a place at *server*, to be given back with `release`, and return whether there was one."""
        if not self._has_room(server, account):
            return False
        self._take(server, account)
        return True

    async def acquire(self, server: Hashable, account: str = "", *, wait: float) -> None:
        """Take a place at *server* as soon as there is one, within *wait* seconds.

        Raises:
            NoCapacity: no place became free in that time.
        """
        if self.try_acquire(server, account):
            return
        try:
            async with asyncio.timeout(wait):
                await self._turn(server, account)
        except TimeoutError:
            raise NoCapacity(f"{self._most} attempts are at {server}, and none ended within {wait:g} s") from None

    def release(self, server: Hashable, account: str = "") -> None:
        """Give a place back, to whoever is next."""
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
        """Give the free place to the first account that may have it, which then goes to the end of the line."""
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
            if not turn.cancelled():  # its turn came at the very moment when it gave up
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
