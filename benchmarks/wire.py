"""Speak HTTP/1.1 as far as the servers of a benchmark need it: fast, and no more than their clients use."""

import asyncio
import re
import ssl
from collections.abc import Callable
from typing import override

HEAD_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Exchange(asyncio.Protocol):
    """One connection; *answer* is called with each request's head and body, and a function that sends the answer."""

    def __init__(self, answer: Callable[[bytes, bytes, "Exchange"], None]) -> None:
        self._answer = answer
        self._received = b""
        self._transport: asyncio.WriteTransport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.WriteTransport):
            self._transport = transport

    @override
    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(HEAD_END)) >= 0:
            head = self._received[:end]
            length = _LENGTH.search(head)
            last = end + len(HEAD_END) + (int(length[1]) if length else 0)
            if len(self._received) < last:
                return
            body = self._received[end + len(HEAD_END) : last]
            self._received = self._received[last:]
            self._answer(head, body, self)

    def send(self, answer: bytes) -> None:
        """Send a complete response."""
        if self._transport is not None:
            self._transport.write(answer)


def whole(body: bytes, *, status: str = "200 OK", kind: str = "application/json") -> bytes:
    """Build a response with *body*."""
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


async def serve(answer: Callable[[bytes, bytes, Exchange], None], *, tls: ssl.SSLContext | None = None) -> None:
    """Serve on every address of this machine, print the port, and go on until ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Exchange(answer), "0.0.0.0", 0, backlog=1024, ssl=tls)  # noqa: S104 - 127.0.0.1 to .50
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
