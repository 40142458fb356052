"""Receivers of callbacks on 127.0.0.1: real sockets, well-behaved unless a test gives them another behaviour."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from time import monotonic, sleep
from types import TracebackType
from typing import Self

import pytest

from ringback.models import Url

type Behaviour = Callable[["Receiver", socket.socket], None]
"""What a receiver does with one connection; the socket is closed for it afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request, byte for byte."""

    head: bytes
    body: bytes

    @property
    def request_line(self) -> str:
        return self.head.split(b"\r\n")[0].decode("latin-1")

    @property
    def headers(self) -> dict[str, str]:
        """Headers by their names in lower case."""
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def wait_until(is_so: Callable[[], bool], *, seconds: float = 5) -> None:
    """Wait for something that another thread brings about."""
    end = monotonic() + seconds
    while not is_so():
        if monotonic() > end:
            raise TimeoutError
        sleep(0.001)


def read_request(sock: socket.socket) -> Received | None:
    """The next request on *sock*, or None at its end."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):  # a byte at a time, so that nothing of the next request is read
        byte = sock.recv(1)
        if not byte:
            return None
        head += byte
    received = Received(head=head.removesuffix(b"\r\n\r\n"), body=b"")
    body = b""
    while len(body) < int(received.headers.get("content-length", 0)):
        piece = sock.recv(65_536)
        if not piece:
            return None
        body += piece
    return Received(head=received.head, body=body)


def behaves(receiver: "Receiver", sock: socket.socket) -> None:
    """Answer every request with the receiver's status, headers and body."""
    while (request := read_request(sock)) is not None:
        receiver.received.append(request)
        sock.sendall(receiver.answer())


@dataclass(slots=True, kw_only=True)
class Receiver:
    """A server whose `status`, `headers`, `body` and `behaviour` a test may change at any time."""

    behaviour: Behaviour = behaves
    tls: ssl.SSLContext | None = None
    address: str = "127.0.0.1"
    host: str = ""
    """The name in its URL; its address unless given."""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    """How many were made so far."""
    sent: int = 0
    """Bytes of a flood that were taken so far."""
    stopped: Event = field(default_factory=Event)
    _listener: socket.socket = field(init=False)
    _open: set[socket.socket] = field(default_factory=set)
    _threads: list[Thread] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def __enter__(self) -> Self:
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        self._listener = socket.create_server((self.address, 0), family=family, backlog=200)
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopped.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.drop_connections()
        for thread in self._threads:
            thread.join(5)

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    @property
    def open(self) -> int:
        """Connections that it has now."""
        with self._lock:
            return len(self._open)

    def url(self, target: str = "/hook") -> Url:
        """A URL of this receiver."""
        host = self.host or self.address
        authority = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"
        scheme = "https" if self.tls else "http"
        return Url(scheme=scheme, authority=authority, host=host, port=self.port, target=target)

    @property
    def text_url(self) -> str:
        """What a customer would write."""
        url = self.url()
        return f"{url.scheme}://{url.authority}{url.target}"

    def answer(self) -> bytes:
        """Its answer, as bytes."""
        headers = {"Content-Length": str(len(self.body)), **self.headers}
        lines = [f"HTTP/1.1 {self.status} Whatever", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode() + self.body

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
                self._speak(sock)
        finally:
            with self._lock:
                self._open.discard(sock)
                sock.close()

    def _speak(self, sock: socket.socket) -> None:
        if self.tls is None:
            self.behaviour(self, sock)
            return
        copy = sock.dup()  # wrap_socket takes its socket over; the copy is what drop_connections knows
        with self.tls.wrap_socket(copy, server_side=True) as secured:
            self.behaviour(self, secured)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver over plain HTTP."""
    with Receiver() as receiver:
        yield receiver
