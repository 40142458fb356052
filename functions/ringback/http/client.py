"""The HTTP client: it sends to judged addresses, byte for byte, within bounds.

There are no cookies, no `.netrc`, no proxies and no redirects.
"""

import asyncio
import ssl
import time
from collections.abc import Callable, Coroutine
from functools import cached_property
from typing import Any
from weakref import finalize

from ringback.errors import AttemptFailed
from ringback.http.background import BackgroundLoop
from ringback.http.connect import open_socket
from ringback.http.connection import Connection, Server
from ringback.http.errors import Unanswered
from ringback.http.host_limiter import HostLimiter
from ringback.http.idle import IdleConnections
from ringback.http.limits import Limits
from ringback.http.reader import ResponseReader
from ringback.http.request import HttpRequest
from ringback.http.response import Response
from ringback.http.timers import Deadlines
from ringback.http.tls import TlsStream, secure, tls_context
from ringback.ssrf.guard import Target

TURN_WAIT = 15.0
"""Seconds that an attempt waits for its turn at a host by default; the attempts before it are over by then."""


class HttpClient:
    """Sends requests to judged targets; each event loop that it is used on has its own connections."""

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        tls: Callable[[], ssl.SSLContext] = tls_context,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """*tls* is called once, for the first `https` connection; *clock* returns seconds."""
        self._limits = limits or Limits()
        self._tls = tls
        self._clock = clock
        self._clients: dict[asyncio.AbstractEventLoop, _Client] = {}
        self._background = BackgroundLoop()
        finalize(self, self._background.stop)

    async def exchange(
        self, request: HttpRequest, target: Target, *, account: str = "", wait: float = TURN_WAIT
    ) -> Response:
        """Make one attempt on the running loop, after waiting at most *wait* seconds for its turn at the host.

        Accounts take turns, and none may have all places.

        Raises:
            AttemptFailed: there was no answer, or a 2xx that is not whole.
            NoCapacity: the host had its share of connections for all that time.
        """
        return await self._client().attempt(request, target, account, wait)

    def wait_for[Result](self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """Return what *coroutine* returns, run on a loop in a background thread, which starts when it is needed.

        Any number of threads may call this, even that of a running loop, which stands still meanwhile.
        """
        return self._background.run(coroutine)

    def close(self) -> None:
        """Close the idle connections."""
        background = self._background.loop
        for loop, client in self._clients.items():
            if loop is background:
                self._background.call(client.close)
            else:
                client.close()
        self._clients.clear()
        self._background.stop()

    def _client(self) -> "_Client":
        loop = asyncio.get_running_loop()
        client = self._clients.get(loop)
        if client is None:
            for old in [old for old in list(self._clients) if old.is_closed()]:
                self._clients.pop(old).close()
            client = self._clients[loop] = _Client(self._limits, self._context_of, self._clock)
        return client

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return self._tls()

    def _context_of(self) -> ssl.SSLContext:
        return self._context


class _Client:
    """The connections of one event loop, and who uses them."""

    def __init__(self, limits: Limits, context: Callable[[], ssl.SSLContext], clock: Callable[[], float]) -> None:
        self._limits = limits
        self._context = context
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._idle = IdleConnections(limits, clock=clock)
        self._limiter = HostLimiter(limits.connections_per_server)
        self._deadlines = Deadlines(self._loop)

    async def attempt(self, request: HttpRequest, target: Target, account: str, wait: float) -> Response:
        """Return the answer to *request*."""
        wire = request.to_bytes()
        place = (target.host, target.port)
        if not self._limiter.try_acquire(place, account):
            await self._limiter.acquire(place, account, wait=wait)
        began = self._loop.time() - target.seconds
        try:
            response = await self._send(wire, target, began + self._limits.attempt)
        except AttemptFailed as failure:
            failure.seconds = self._loop.time() - began
            raise
        finally:
            self._limiter.release(place, account)
        response.seconds = self._loop.time() - began
        return response

    def close(self) -> None:
        """Close the idle connections."""
        self._idle.close()
        self._deadlines.close()

    async def _send(self, wire: bytes, target: Target, end: float) -> Response:
        server = Server(target.scheme, target.host, target.port)
        connection = self._idle.take(server)
        if connection is not None:
            try:
                return await self._exchange(connection, wire, end)
            except Unanswered:  # the server closed it just before it was reused: try a new one
                pass
        return await self._exchange(await self._connect(server, target, end), wire, end)

    async def _connect(self, server: Server, target: Target, end: float) -> Connection:
        seconds = self._limits.connect
        until = min(end, self._loop.time() + seconds)
        sock = await open_socket(target.addresses, target.port, until=until, seconds=seconds)
        tls: TlsStream | None = None
        try:
            if server.scheme == "https":
                tls = await secure(sock, self._context(), target.host, self._limits, until=until, seconds=seconds)
        except BaseException:
            sock.close()
            raise
        return Connection(sock, server, opened=self._clock(), limits=self._limits, tls=tls)

    async def _exchange(self, connection: Connection, wire: bytes, end: float) -> Response:
        reader = ResponseReader(self._limits)
        self._deadlines.add(connection, end)
        response = None
        try:
            await connection.exchange(wire, reader)
            response = reader.response
        finally:
            self._deadlines.remove(connection)
            if response is not None and response.reusable and connection.is_reusable:
                self._idle.give(connection)
            else:
                connection.close()
        if response is None:
            raise AssertionError("an exchange without an error has an answer")
        return response
