"""Opening connections: several addresses race as in RFC 8305, then TLS."""

import errno
import os
import selectors
import socket
import ssl
from collections import deque
from collections.abc import Sequence

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from ringback.faults import not_connected, not_secured
from ringback.limits import Deadline

STAGGER = 0.25
"""Seconds before the next address is tried beside one that is silent (RFC 8305, 5)."""


def tls_context(authorities: str | None = None) -> ssl.SSLContext:
    """Rules of TLS for all connections: 1.2 or later, certificates required and checked against their host.

    *authorities* is a file of CA certificates; without one, those that come with `requests`. Made once: reading the
    bundle costs more than ten handshakes.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # requires and checks certificates by itself
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT
    context.load_verify_locations(authorities or DEFAULT_CA_BUNDLE_PATH)
    return context


def secure(sock: socket.socket, context: ssl.SSLContext, host: str, deadline: Deadline) -> ssl.SSLSocket:
    """*sock* with TLS, the certificate checked against *host*; a failure closes it.

    Raises:
        AttemptFailed: there was no handshake, or no certificate to trust.
    """
    try:
        sock.settimeout(deadline.seconds())  # bounds the handshake as a whole, not each packet of it
        return context.wrap_socket(sock, server_hostname=host.rstrip("."))
    except (OSError, ValueError) as error:  # ValueError: a host that no certificate can name
        sock.close()
        raise not_secured(error, deadline.total) from None


def dial(addresses: Sequence[str], port: int, deadline: Deadline) -> socket.socket:
    """A connection to the first of *addresses* that takes one, in their order.

    Raises:
        AttemptFailed: none did until *deadline*.
        NotStarted: this machine has no sockets left.
    """
    race = _Race(port)
    waiting = deque(addresses)
    try:
        while waiting or race.running:
            if waiting:
                race.enter(waiting.popleft())
            winner = race.wait(min(STAGGER, deadline.seconds()) if waiting else deadline.seconds())
            if winner is not None:
                return winner
    except TimeoutError as error:
        race.failures.update(dict.fromkeys(race.running, error))
    finally:
        race.end()
    raise not_connected(race.failures, port, deadline.total)


class _Race:
    """Connections under way at the same time, of which the first is taken."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._selector = selectors.PollSelector()
        self._running: dict[socket.socket, str] = {}
        self.failures: dict[str, OSError] = {}

    @property
    def running(self) -> list[str]:
        """The addresses that have neither answered nor failed."""
        return list(self._running.values())

    def enter(self, address: str) -> None:
        """Start connecting to *address*."""
        try:
            sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        except OSError as error:
            self.failures[address] = error
            return
        self._running[sock] = address
        self._selector.register(sock, selectors.EVENT_WRITE, sock)
        sock.settimeout(0)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a request is one write; nothing to wait for
        code = sock.connect_ex((address, self._port))
        if code not in (0, errno.EINPROGRESS):
            self._fail(sock, code)

    def wait(self, seconds: float) -> socket.socket | None:
        """The first connection within *seconds*; None if that time ends, or if one fails before."""
        for key, _ in self._selector.select(seconds) if self._running else ():
            sock: socket.socket = key.data
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code == 0:
                del self._running[sock]
                return sock
            self._fail(sock, code)
        return None

    def end(self) -> None:
        """Give up what is still under way."""
        self._selector.close()
        for sock in self._running:
            sock.close()

    def _fail(self, sock: socket.socket, code: int) -> None:
        self._selector.unregister(sock)
        self.failures[self._running.pop(sock)] = OSError(code, os.strerror(code))
        sock.close()
