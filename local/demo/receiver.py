"""Run a customer's web server on this machine, which keeps what it gets, byte for byte."""

import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

from local.aws.daemon import HOST

CRLF = b"\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it came over the wire."""

    at: float = 0
    """Seconds since 1970."""
    head: bytes
    """Request line and headers, without the empty line after them."""
    body: bytes

    @property
    def line(self) -> str:
        """The request line."""
        return self.head.split(CRLF, 1)[0].decode("latin-1")

    @property
    def target(self) -> str:
        """Path and query."""
        return self.line.split(" ")[1]

    @property
    def headers(self) -> dict[str, str]:
        """Headers by their names in lower case."""
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def header(self, name: str) -> str:
        """Return the value of header *name*, in any case, or an empty string if it is missing."""
        return self.headers.get(name.lower(), "")


def read_request(sock: socket.socket) -> Request | None:
    """Return the next request on *sock*, or None at its end."""
    head = b""
    while not head.endswith(CRLF * 2):  # a byte at a time, so that nothing of the next request is read
        byte = sock.recv(1)
        if not byte:
            return None
        head += byte
    request = Request(head=head.removesuffix(CRLF * 2), body=b"")
    body = b""
    while len(body) < int(request.header("content-length") or 0):
        piece = sock.recv(65_536)
        if not piece:
            return None
        body += piece
    return Request(at=time.time(), head=request.head, body=body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A response of the customer's server."""

    status: int = HTTPStatus.OK
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @property
    def good(self) -> bool:
        """Whether it is a 2xx."""
        return HTTPStatus(self.status).is_success

    @property
    def line(self) -> str:
        """Status and its name."""
        return f"{self.status:d} {HTTPStatus(self.status).phrase}"

    def encode(self) -> bytes:
        """The response as it goes over the wire."""
        lines = [f"HTTP/1.1 {self.line}", f"Content-Length: {len(self.body)}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and its response."""

    request: Request
    reply: Reply


class Server(ABC):
    """A server on a free port of *address* while it is entered; each connection gets a thread that calls `converse`."""

    _listener: socket.socket

    def __init__(self, address: str = HOST) -> None:
        self.address = address
        self.connections = 0
        """How many connections have been made so far."""
        self.stopped = Event()
        self._open: set[socket.socket] = set()
        self._threads: list[Thread] = []
        self._lock = Lock()

    @abstractmethod
    def converse(self, sock: socket.socket) -> None:
        """Serve one connection; the socket is closed afterwards."""

    def __enter__(self) -> Self:
        """Start to listen."""
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        self._listener = socket.create_server((self.address, 0), family=family, backlog=200)
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, and close the remaining connections."""
        self.stopped.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.drop_connections()
        for thread in self._threads:
            thread.join(5)

    @property
    def open(self) -> int:
        """How many connections are open now."""
        with self._lock:
            return len(self._open)

    def drop_connections(self) -> None:
        """Close every open connection, as a server that restarts does."""
        with self._lock:
            for sock in self._open:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self.connections += 1
                self._start(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        with self._lock:
            self._open.add(sock)
        try:
            with suppress(OSError):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.converse(sock)
        finally:
            with self._lock:
                self._open.discard(sock)
                sock.close()


class Receiver(Server):
    """A customer's server; *reply* decides how to answer a request."""

    def __init__(self, reply: Callable[[Request], Reply] = lambda _: Reply()) -> None:
        super().__init__()
        self.reply = reply
        self.exchanges: list[Exchange] = []

    @property
    def url(self) -> str:
        """The server's URL."""
        return f"http://{self.address}:{self.port}"

    def converse(self, sock: socket.socket) -> None:
        """Answer every request, and keep both."""
        while request := read_request(sock):
            reply = self.reply(request)
            self.exchanges.append(Exchange(request=request, reply=reply))
            sock.sendall(reply.encode())
