"""TLS over memory: data from the network is counted before OpenSSL sees it, and passed on in small pieces."""

import asyncio
import socket
import ssl
from contextlib import suppress

from ringback.http.errors import tls_error, too_long
from ringback.http.limits import Limits
from ringback.http.tls_hello import ServerHello

PIECE = 4 * 1024
"""Bytes that one call passes to OpenSSL; full of tickets or key updates, they take it a millisecond or two."""

_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:!SHA1:!AESCCM"
"""Python's own choice for TLS 1.2 without finite-field Diffie-Hellman: a prime of 10,000 bits takes OpenSSL 0.6 s."""

_RECORD = 16 * 1024
"""Bytes of data in one record at most (RFC 8446, 5.1)."""


def default_authorities() -> str:
    """Return the path of the CA bundle that is shipped with the functions."""
    import certifi  # noqa: PLC0415 - a start without an https connection need not wait for it

    return certifi.where()


def tls_context(authorities: str | None = None) -> ssl.SSLContext:
    """Return the TLS settings of all connections: 1.2 or later, certificates checked against their host.

    *authorities* is a file of CA certificates, by default that of `certifi`. Make one context for all: reading the file
    takes longer than ten handshakes.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # requires and checks certificates by itself
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # not X509_STRICT: some good roots lack key identifiers
    context.set_ciphers(_CIPHERS)
    context.set_alpn_protocols(["http/1.1"])  # without it some servers hang up, and others speak HTTP/2
    context.load_verify_locations(authorities or default_authorities())
    return context


class TlsStream:
    """One side of a TLS connection, without a socket."""

    __slots__ = ("_hello", "_incoming", "_limits", "_outgoing", "_room", "_ssl", "has_ended")

    def __init__(self, context: ssl.SSLContext, host: str, limits: Limits) -> None:
        """The certificate has to be one of *host*.

        Raises:
            ValueError: no certificate can name it.
        """
        self._limits = limits
        self._room = limits.handshake
        self._hello = ServerHello()
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._ssl = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host.rstrip("."))
        self.has_ended = False
        """Whether the other side has announced that it sends no more."""

    def shake_hands(self, data: bytes = b"") -> bool:
        """Continue the handshake with *data*, and return whether it is complete.

        Raises:
            ssl.SSLError: it failed, or the certificate cannot be trusted.
            ValueError: it would take OpenSSL too long.
            AttemptFailed: it is too long.
        """
        self._room -= len(data)
        if self._room < 0:
            raise too_long("a TLS handshake", self._limits.handshake)
        if not self._hello.is_known and self._hello.wants_finite_field(data):
            raise ValueError("finite-field Diffie-Hellman is not spoken")
        self._incoming.write(data)
        try:
            self._ssl.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def encrypt(self, data: bytes) -> bytes:
        """Return the bytes to send for *data*, after any that are still unsent; the count of received bytes restarts.

        Raises:
            ssl.SSLError: the connection is closed.
        """
        self._room = self._limits.tls_overhead
        if len(data) <= _RECORD:
            self._ssl.write(data)
        else:
            for start in range(0, len(data), _RECORD):
                self._ssl.write(data[start : start + _RECORD])
        return self._outgoing.read()

    def decrypt(self, data: bytes) -> bytes:
        """Return the data in what came.

        Raises:
            ssl.SSLError: it is not TLS.
            AttemptFailed: too much of it carries no data.
        """
        self._incoming.write(data)
        plain = self._read()
        while self._incoming.pending or self._ssl.pending():
            more = self._read()
            if not more:
                break
            plain += more
        self._room += min(2 * len(plain) - len(data), self._limits.tls_overhead - self._room)
        if self._room < 0:
            raise too_long("TLS records without data", self._limits.tls_overhead)
        return plain

    @property
    def has_unread(self) -> bool:
        """Whether something has come that has not been decrypted yet."""
        return self._incoming.pending > 0

    def unsent(self) -> bytes:
        """Return what TLS itself wants to send: part of the handshake, an alert, an answer to a key update."""
        return self._outgoing.read()

    def _read(self) -> bytes:
        try:
            plain = self._ssl.read(_RECORD)
        except ssl.SSLWantReadError:
            return b""
        self.has_ended = self.has_ended or not plain
        return plain


async def secure(  # noqa: PLR0913 - all that a handshake needs
    sock: socket.socket, context: ssl.SSLContext, host: str, limits: Limits, *, until: float, seconds: float
) -> TlsStream:
    """Set up TLS on *sock*, with a certificate of *host*, before the loop's time is *until*.

    The last bytes of the handshake may still be `unsent`; they leave with the request. *seconds* is the time limit as
    messages state it.

    Raises:
        AttemptFailed: the handshake failed, or the certificate cannot be trusted.
    """
    try:
        stream = TlsStream(context, host, limits)
        async with asyncio.timeout_at(until):
            await _shake_hands(sock, stream)
    except (OSError, ValueError) as error:  # ValueError: a host that no certificate can name
        raise tls_error(error, seconds) from None
    return stream


async def _shake_hands(sock: socket.socket, stream: TlsStream) -> None:
    loop = asyncio.get_running_loop()
    data = b""
    try:
        while not stream.shake_hands(data):
            await loop.sock_sendall(sock, stream.unsent())
            data = await loop.sock_recv(sock, PIECE)
            if not data:
                raise ConnectionResetError("closed by the receiver")
    except ssl.SSLError:
        _send_alert(sock, stream)
        raise


def _send_alert(sock: socket.socket, stream: TlsStream) -> None:
    """Send the alert, if the socket takes it, so that the reason is in the log of the other side."""
    with suppress(OSError):
        sock.send(stream.unsent())
