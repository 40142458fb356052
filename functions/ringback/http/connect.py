"""Open connections; several addresses of a host race as in RFC 8305."""

import asyncio
import errno
import os
import socket
from collections import deque
from collections.abc import Sequence

from ringback.http.errors import connect_error

_UNDER_WAY = (0, errno.EINPROGRESS)

STAGGER = 0.25
"""Seconds of silence after which the next address is tried as well (RFC 8305, 5)."""


async def open_socket(addresses: Sequence[str], port: int, *, until: float, seconds: float) -> socket.socket:
    """Connect to the first of *addresses*, tried in order, that accepts before the loop's time is *until*.

    *seconds* is that time as messages state it.

    Raises:
        AttemptFailed: none accepted.
        NoCapacity: this machine has no sockets left.
    """
    race = _ConnectRace(addresses, port)
    winner = None
    try:
        async with asyncio.timeout_at(until):
            race.start()
            winner = await race.winner
    except TimeoutError as error:
        winner = race.result()  # on a busy processor both may happen at the same moment
        race.failures.update(dict.fromkeys(race.running.values(), error))
    finally:
        race.end(winner)
    if winner is None:
        raise connect_error(race.failures, port, seconds)
    return winner


class _ConnectRace:
    """Concurrent attempts to connect, of which the first to succeed is taken."""

    def __init__(self, addresses: Sequence[str], port: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._port = port
        self._waiting = deque(addresses)
        self._stagger: asyncio.TimerHandle | None = None
        self.running: dict[socket.socket, str] = {}
        self.failures: dict[str, OSError] = {}
        self.winner: asyncio.Future[socket.socket | None] = self._loop.create_future()
        """The first connection, or None once all have failed."""

    def start(self) -> None:
        """Try the next address, and the one after it too if this one fails or stays silent."""
        while self._waiting and not self._try(self._waiting.popleft()):
            pass
        if self._waiting:
            self._stagger = self._loop.call_later(STAGGER, self.start)
        elif not self.running:
            self._decide(None)

    def result(self) -> socket.socket | None:
        """Return the winner, if there is one by now."""
        return self.winner.result() if self.winner.done() and not self.winner.cancelled() else None

    def end(self, winner: socket.socket | None) -> None:
        """Close all but *winner*."""
        self._stop_waiting()
        for sock in self.running:
            self._loop.remove_writer(sock)
            if sock is not winner:
                sock.close()

    def _try(self, address: str) -> bool:
        """Start connecting to *address*, and return whether that is under way."""
        try:
            sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        except OSError as error:
            self.failures[address] = error
            return False
        self.running[sock] = address
        sock.settimeout(0)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a request is one write; nothing to wait for
        code = sock.connect_ex((address, self._port))
        if code in _UNDER_WAY:
            self._loop.add_writer(sock, self._settle, sock)
            return True
        self._fail(sock, code)
        return False

    def _settle(self, sock: socket.socket) -> None:
        self._loop.remove_writer(sock)
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code == 0:
            self._decide(sock)
            return
        self._fail(sock, code)
        self._stop_waiting()
        self.start()

    def _fail(self, sock: socket.socket, code: int) -> None:
        self.failures[self.running.pop(sock)] = OSError(code, os.strerror(code))
        sock.close()

    def _decide(self, winner: socket.socket | None) -> None:
        if not self.winner.done():
            self.winner.set_result(winner)

    def _stop_waiting(self) -> None:
        if self._stagger is not None:
            self._stagger.cancel()
