"""What receivers do that a sender must survive; each is a `Behaviour`."""

import socket
import ssl
import struct
from itertools import repeat
from time import monotonic

from local.demo.receiver import read_request
from tests.integration.receivers import Behaviour, Receiver

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
MEBIBYTE = 1024 * 1024


def says(answer: bytes) -> Behaviour:
    """Answers a request with *answer*, whatever that is, and closes."""

    def behaviour(receiver: Receiver, sock: socket.socket) -> None:
        request = read_request(sock)
        if request is not None:
            receiver.received.append(request)
        sock.sendall(answer)

    return behaviour


def says_and_waits(answer: bytes) -> Behaviour:
    """Answers a request with *answer*, and keeps the connection."""

    def behaviour(receiver: Receiver, sock: socket.socket) -> None:
        says(answer)(receiver, sock)
        receiver.stopped.wait()

    return behaviour


def trickles(start: bytes, *, byte: bytes = b"x", pause: float = 0.02) -> Behaviour:
    """Answers with *start*, then a *byte* every *pause* seconds for 20 s, longer than an attempt takes."""

    def behaviour(receiver: Receiver, sock: socket.socket) -> None:
        read_request(sock)
        sock.sendall(start)
        end = monotonic() + 20
        while monotonic() < end and not receiver.stopped.wait(pause):
            sock.sendall(byte)

    return behaviour


def floods(start: bytes, block: bytes) -> Behaviour:
    """Answers with *start*, then with *block* as fast as it is taken, up to 1 GiB; `sent` counts them."""

    def behaviour(receiver: Receiver, sock: socket.socket) -> None:
        read_request(sock)
        sock.sendall(start)
        for _ in repeat(None, 1024 * MEBIBYTE // len(block)):
            sock.sendall(block)
            receiver.sent += len(block)

    return behaviour


def never_answers(receiver: Receiver, sock: socket.socket) -> None:
    """Takes the request and says nothing."""
    read_request(sock)
    receiver.stopped.wait()


def never_reads(receiver: Receiver, sock: socket.socket) -> None:
    """Takes nothing."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    receiver.stopped.wait()


def closes_at_once(_receiver: Receiver, _sock: socket.socket) -> None:
    """Closes the connection that it has just accepted."""


def resets_within_the_answer(_receiver: Receiver, sock: socket.socket) -> None:
    """Breaks the connection off (RST) after half an answer."""
    read_request(sock)
    sock.sendall(HEAD + b"Content-Length: 1000\r\n\r\nhalf")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def resets(after: bytes | None = None) -> Behaviour:
    """Breaks the connection off (RST) when it has said *after*; without that, within the request or the handshake."""

    def behaviour(_receiver: Receiver, sock: socket.socket) -> None:
        if after is None:
            sock.recv(1)
        else:
            read_request(sock)
            sock.sendall(after)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return behaviour


def answers_first(answer: bytes) -> Behaviour:
    """Says *answer* before it has read anything, and keeps the connection."""

    def behaviour(receiver: Receiver, sock: socket.socket) -> None:
        sock.sendall(answer)
        receiver.stopped.wait()

    return behaviour


def answers_with_the_handshake(answer: bytes, context: ssl.SSLContext) -> Behaviour:
    """Says *answer* in one packet with the last words of a handshake of TLS 1.2, and keeps the connection."""

    def behaviour(receiver: Receiver, sock: socket.socket) -> None:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        server = context.wrap_bio(incoming, outgoing, server_side=True)
        while True:
            incoming.write(sock.recv(65_536))
            try:
                server.do_handshake()
            except ssl.SSLWantReadError:
                sock.sendall(outgoing.read())
            else:
                break
        server.write(answer)
        sock.sendall(outgoing.read())
        receiver.stopped.wait()

    return behaviour


def shakes_no_hands(receiver: Receiver, sock: socket.socket) -> None:
    """Takes a TLS greeting and says nothing."""
    sock.recv(1024)
    receiver.stopped.wait()


def asks_for_hello(receiver: Receiver, sock: socket.socket) -> None:
    """Asks for the TLS greeting again, without end; OpenSSL passes over that."""
    sock.recv(1024)
    while True:
        sock.sendall(b"\x16\x03\x03\x40\x00" + bytes(16 * 1024))
        receiver.sent += 16 * 1024


def shakes_hands_slowly(receiver: Receiver, sock: socket.socket) -> None:
    """Answers a TLS greeting with a record of 16 KiB, a byte every 20 ms."""
    sock.recv(1024)
    sock.sendall(b"\x16\x03\x03\x40\x00")
    while not receiver.stopped.wait(0.02):
        sock.sendall(b"\x02")


def speaks_plain_http(receiver: Receiver, sock: socket.socket) -> None:
    """Answers a TLS greeting with HTTP."""
    sock.recv(1024)
    sock.sendall(receiver.answer())


def closes_after_each(receiver: Receiver, sock: socket.socket) -> None:
    """Answers one request per connection without saying so."""
    says(receiver.answer())(receiver, sock)
