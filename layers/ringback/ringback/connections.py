"""Connections to receivers, and those that wait for the next request."""

import socket
import ssl
import time
from collections import OrderedDict
from collections.abc import Buffer, Callable
from threading import Lock
from typing import NamedTuple

from urllib3.util import wait_for_read

from ringback.limits import Deadline, Limits


class Server(NamedTuple):
    """What a connection can be used for again."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


class Connection:
    """A connected socket whose every operation ends by a deadline."""

    __slots__ = ("_socket", "idle_since", "opened", "server")

    def __init__(self, sock: socket.socket, server: Server, *, opened: float) -> None:
        self._socket = sock
        self.server = server
        self.opened = opened
        self.idle_since = opened

    def send(self, data: bytes, deadline: Deadline) -> None:
        """Send all of *data*."""
        rest = memoryview(data)
        while rest:
            self._socket.settimeout(deadline.seconds())
            rest = rest[self._socket.send(rest) :]

    def receive_into(self, buffer: Buffer, deadline: Deadline) -> int:
        """How many bytes have come into *buffer*, as soon as some have; 0 at the end."""
        self._socket.settimeout(deadline.seconds())
        return self._socket.recv_into(buffer)

    @property
    def dropped(self) -> bool:
        """Whether the server has closed it, or said something unasked."""
        unread = self._socket.pending() if isinstance(self._socket, ssl.SSLSocket) else 0
        return unread > 0 or wait_for_read(self._socket, timeout=0)

    def close(self) -> None:
        """Let go of it."""
        self._socket.close()


class IdleConnections:
    """Connections that nobody uses, for all threads of an execution environment; the longest unused go first."""

    def __init__(self, limits: Limits, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._by_server: dict[Server, list[Connection]] = {}
        self._oldest_first: OrderedDict[Connection, None] = OrderedDict()
        self._lock = Lock()

    def take(self, server: Server) -> Connection | None:
        """A connection to *server* that still stands, or None."""
        while (connection := self._newest(server)) is not None:
            if self._is_fresh(connection) and not connection.dropped:
                return connection
            connection.close()
        return None

    def give(self, connection: Connection) -> None:
        """Keep *connection* for the next request."""
        connection.idle_since = self._clock()
        with self._lock:
            self._by_server.setdefault(connection.server, []).append(connection)
            self._oldest_first[connection] = None
            surplus = self._forget_oldest() if len(self._oldest_first) > self._limits.idle_connections else None
        if surplus is not None:
            surplus.close()

    def close(self) -> None:
        """Close all of them."""
        with self._lock:
            connections = list(self._oldest_first)
            self._oldest_first.clear()
            self._by_server.clear()
        for connection in connections:
            connection.close()

    def _newest(self, server: Server) -> Connection | None:
        with self._lock:
            connections = self._by_server.get(server)
            if not connections:
                return None
            connection = connections[-1]
            self._forget(connection)
        return connection

    def _forget_oldest(self) -> Connection:
        connection = next(iter(self._oldest_first))
        self._forget(connection)
        return connection

    def _forget(self, connection: Connection) -> None:
        del self._oldest_first[connection]
        connections = self._by_server[connection.server]
        connections.remove(connection)
        if not connections:
            del self._by_server[connection.server]

    def _is_fresh(self, connection: Connection) -> bool:
        now = self._clock()
        idle, age = now - connection.idle_since, now - connection.opened
        return idle <= self._limits.idle and age <= self._limits.age
