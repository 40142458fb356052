"""Keep idle connections for the next request."""

import time
from collections.abc import Callable

from ringback.http.connection import Connection, Server
from ringback.http.limits import Limits


class IdleConnections:
    """Idle connections; the longest unused is closed first."""

    def __init__(self, limits: Limits, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._by_server: dict[Server, list[Connection]] = {}
        self._oldest_first: dict[Connection, None] = {}

    def take(self, server: Server) -> Connection | None:
        """Return a connection to *server* that is still open, or None."""
        while connections := self._by_server.get(server):
            connection = connections[-1]
            self._forget(connection)
            if self._is_fresh(connection) and not connection.dropped:
                return connection
            connection.close()
        return None

    def give(self, connection: Connection) -> None:
        """Keep *connection* for the next request."""
        connection.idle_since = self._clock()
        connection.rest(self._forget)
        self._by_server.setdefault(connection.server, []).append(connection)
        self._oldest_first[connection] = None
        if len(self._oldest_first) > self._limits.idle_connections:
            oldest = next(iter(self._oldest_first))
            self._forget(oldest)
            oldest.close()

    def close(self) -> None:
        """Close all of them."""
        for connection in self._oldest_first:
            connection.close()
        self._oldest_first.clear()
        self._by_server.clear()

    def _forget(self, connection: Connection) -> None:
        if connection not in self._oldest_first:
            return
        del self._oldest_first[connection]
        connections = self._by_server[connection.server]
        connections.remove(connection)
        if not connections:
            del self._by_server[connection.server]

    def _is_fresh(self, connection: Connection) -> bool:
        now = self._clock()
        idle, age = now - connection.idle_since, now - connection.opened
        return idle <= self._limits.idle and age <= self._limits.age
