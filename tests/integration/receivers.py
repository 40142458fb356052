"""Receivers of callbacks on 127.0.0.1: real sockets, well-behaved unless a test gives them another behaviour."""

import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import monotonic, sleep

import pytest

from local.demo.receiver import Request, Server, read_request
from ringback.models import Url

type Behaviour = Callable[["Receiver", socket.socket], None]
"""What a receiver does with one connection; the socket is closed for it afterwards."""


def wait_until(is_so: Callable[[], bool], *, seconds: float = 5) -> None:
    """Wait for something that another thread brings about."""
    end = monotonic() + seconds
    while not is_so():
        if monotonic() > end:
            raise TimeoutError
        sleep(0.001)


def behaves(receiver: "Receiver", sock: socket.socket) -> None:
    """Answer every request with the receiver's status, headers and body."""
    while (request := read_request(sock)) is not None:
        receiver.received.append(request)
        sock.sendall(receiver.answer())


@dataclass(kw_only=True, eq=False)
class Receiver(Server):
    """A server whose `status`, `headers`, `body` and `behaviour` a test may change at any time."""

    behaviour: Behaviour = behaves
    tls: ssl.SSLContext | None = None
    address: str = "127.0.0.1"
    host: str = ""
    """The name in its URL; its address unless given."""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    received: list[Request] = field(default_factory=list)
    sent: int = 0
    """Bytes of a flood that were taken so far."""

    def __post_init__(self) -> None:
        super().__init__(self.address)

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

    def converse(self, sock: socket.socket) -> None:
        """Behave, over TLS if it has a certificate."""
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
