"""A customer's web server on this machine: it keeps what it got, byte for byte."""

import socket
import socketserver
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from http import HTTPStatus
from types import TracebackType
from typing import BinaryIO, Self

from local.daemon import HOST

CRLF = b"\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What came over the wire."""

    at: float
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

    def header(self, name: str) -> str:
        """The value of header *name*, in any case; empty where there is none."""
        headers = BytesHeaderParser().parsebytes(self.head.split(CRLF, 1)[1])
        return str(headers.get(name, ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the customer's server answers."""

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
        """The answer as it goes over the wire."""
        lines = [f"HTTP/1.1 {self.line}", f"Content-Length: {len(self.body)}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and what was answered."""

    request: Request
    reply: Reply


class Receiver(socketserver.ThreadingTCPServer):
    """Listens on a free port of 127.0.0.1 while it is entered; *reply* says what to answer to a request.

    On Linux, *host* may be any address of 127.0.0.0/8: for us, each is a server of its own.
    """

    request_queue_size = 128

    def __init__(self, reply: Callable[[Request], Reply] = lambda _: Reply(), *, host: str = HOST) -> None:
        super().__init__((host, 0), _Connection)
        self.reply = reply
        self.url = f"http://{host}:{self.server_address[1]}"
        self.exchanges: list[Exchange] = []
        self.connections: set[socket.socket] = set()

    def __enter__(self) -> Self:
        """Start to listen."""
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, and end what is still connected."""
        self.shutdown()
        for connection in list(self.connections):
            connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


class _Connection(socketserver.StreamRequestHandler):
    server: Receiver
    connection: socket.socket
    rfile: BinaryIO  # type: ignore[assignment]

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def handle(self) -> None:
        while request := _read(self.rfile):
            reply = self.server.reply(request)
            self.server.exchanges.append(Exchange(request=request, reply=reply))
            self.wfile.write(reply.encode())

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        super().finish()


def _read(stream: BinaryIO) -> Request | None:
    """The next request, or None when the client has gone."""
    lines: list[bytes] = []
    while line := stream.readline().rstrip(CRLF):
        lines.append(line)
    if not lines:
        return None
    request = Request(at=0, head=CRLF.join(lines), body=b"")
    body = stream.read(int(request.header("Content-Length") or 0))
    return Request(at=time.time(), head=request.head, body=body)
