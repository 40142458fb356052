"""A connection to a receiver: it sends requests and reads their answers on the event loop."""

import asyncio
import socket
from collections.abc import Callable
from typing import NamedTuple

from ringback.errors import AttemptFailed
from ringback.http.errors import read_error, server_name
from ringback.http.limits import Limits
from ringback.http.reader import ResponseReader
from ringback.http.tls import PIECE, TlsStream

_BLOCK = 16 * 1024
"""Bytes that are read at once; then other connections have their turn."""


class Server(NamedTuple):
    """The server that a connection can be reused for."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        return server_name(self.host, self.port)


class Connection:
    """A connected socket, which the event loop watches while it is open."""

    __slots__ = (
        "_block",
        "_dropped",
        "_is_broken",
        "_is_open",
        "_limits",
        "_loop",
        "_reader",
        "_socket",
        "_tls",
        "_unsent",
        "_waiter",
        "idle_since",
        "opened",
        "server",
    )

    def __init__(
        self, sock: socket.socket, server: Server, *, opened: float, limits: Limits, tls: TlsStream | None = None
    ) -> None:
        """*opened* is a time of the clock that its age is measured with."""
        self.server = server
        self.opened = opened
        self.idle_since = opened
        self._limits = limits
        self._socket = sock
        self._tls = tls
        self._block = PIECE if tls else _BLOCK
        self._loop = asyncio.get_running_loop()
        self._reader: ResponseReader | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._unsent = bytearray()
        self._is_broken = False
        """Whether the socket accepts no more data."""
        self._is_open = True
        self._dropped: Callable[[Connection], object] | None = None
        self._loop.add_reader(sock, self._readable)

    def exchange(self, wire: bytes, reader: ResponseReader) -> asyncio.Future[None]:
        """Send *wire* and feed the answer to *reader*; the future ends when it is complete, or with `AttemptFailed`."""
        self._dropped = None
        self._reader = reader
        self._waiter = waiter = self._loop.create_future()
        try:
            self._send(wire if self._tls is None else self._tls.encrypt(wire))
        except OSError as error:  # of TLS; an error of the socket shows when the answer is read
            self._lose(error)
        if self._tls is not None and self._tls.has_unread:
            self._loop.call_soon(self._take, b"")  # it came with the end of the handshake, so no event reports it
        return waiter

    @property
    def is_reusable(self) -> bool:
        """Whether it is open and has sent all of its request."""
        return self._is_open and not self._unsent and not self._is_broken

    def rest(self, dropped: Callable[["Connection"], object]) -> None:
        """Call *dropped* if the server closes the connection or sends anything while it is idle."""
        self._dropped = dropped

    @property
    def dropped(self) -> bool:
        """Whether the server has closed it, or has sent anything while it was idle.

        This asks the socket itself, because the event loop stands still while the execution environment is frozen.
        """
        while self._is_open:
            try:
                self._socket.recv(1, socket.MSG_PEEK)
            except BlockingIOError:
                return False
            except OSError:
                self.close()
            else:
                self._readable()
        return True

    def close(self) -> None:
        """Close the socket."""
        if self._is_open:
            self._is_open = False
            self._reader = self._waiter = None
            self._loop.remove_reader(self._socket)
            if self._unsent:
                self._loop.remove_writer(self._socket)
            self._socket.close()

    def expire(self) -> None:
        """End the exchange: its time is over."""
        self._lose(TimeoutError())

    def _readable(self) -> None:
        try:
            data = self._socket.recv(self._block)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._lose(error)
            return
        if self._reader is None:
            self._receive_idle(data)
        else:
            self._take(data, is_end=not data)

    def _take(self, data: bytes, *, is_end: bool = False) -> None:
        reader = self._reader
        if reader is None:
            return
        try:
            reader.feed(self._decrypted(data))
            if not reader.is_done and (is_end or (self._tls is not None and self._tls.has_ended)):
                reader.end()
        except OSError as error:
            self._lose(error)
        except Exception as error:  # noqa: BLE001 - it is raised where the future is awaited
            self._fail(error)
        else:
            if reader.is_done:
                self._finish()

    def _receive_idle(self, data: bytes) -> None:
        """Handle data on an idle connection: TLS may send some, the server must not."""
        try:
            is_harmless = data and self._tls is not None and not self._decrypted(data) and not self._tls.has_ended
        except (OSError, AttemptFailed):
            is_harmless = False
        if not is_harmless:
            self._drop()

    def _decrypted(self, data: bytes) -> bytes:
        if self._tls is None:
            return data
        plain = self._tls.decrypt(data)
        if unsent := self._tls.unsent():
            self._send(unsent)
        return plain

    def _drop(self) -> None:
        dropped, self._dropped = self._dropped, None
        self.close()
        if dropped is not None:
            dropped(self)

    def _lose(self, error: OSError) -> None:
        reader = self._reader
        if reader is None:
            self._drop()
            return
        try:
            reader.fail(read_error(error, reader.received, self._limits.attempt))
        except AttemptFailed as failure:
            self._fail(failure)
        else:
            self._finish()

    def _finish(self) -> None:
        waiter, self._waiter, self._reader = self._waiter, None, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _fail(self, error: Exception) -> None:
        waiter, self._waiter, self._reader = self._waiter, None, None
        if waiter is not None and not waiter.done():
            waiter.set_exception(error)

    def _send(self, data: bytes) -> None:
        if self._is_broken:
            return
        if self._unsent:
            self._unsent += data
            return
        sent = self._sent(data)
        if sent < len(data) and not self._is_broken:
            self._unsent += memoryview(data)[sent:]
            self._loop.add_writer(self._socket, self._writable)

    def _writable(self) -> None:
        sent = self._sent(self._unsent)
        del self._unsent[:sent]
        if not self._unsent or self._is_broken:
            self._loop.remove_writer(self._socket)

    def _sent(self, data: bytes | bytearray) -> int:
        try:
            return self._socket.send(data)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError:  # the server may have answered before it closed, so read on
            self._is_broken = True
            return 0
