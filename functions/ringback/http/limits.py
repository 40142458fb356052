"""What an HTTP attempt and an execution environment may use."""

from typing import NamedTuple

KIB = 1024


class Limits(NamedTuple):
    """Bounds of the HTTP client."""

    attempt: float = 15.0
    """Seconds for the whole attempt, from looking up the host to the last byte of the answer."""
    connect: float = 5.0
    """Seconds for the connection, its TLS handshake included."""
    head: int = 64 * KIB
    """Bytes of status line and headers, informational answers included."""
    header_lines: int = 100
    """Header lines, those of informational answers and trailers included."""
    body: int = 1024 * KIB
    """Bytes of body on the wire, chunk sizes and trailers included."""
    pieces: int = 10_000
    """Chunks or packets of a body: each costs processor time, however short it is."""
    excerpt: int = KIB
    """Bytes of body that are kept."""
    handshake: int = 128 * KIB
    """Bytes that a server may send for the TLS handshake; most of them are certificates."""
    tls_overhead: int = 24 * KIB
    """Bytes of TLS without data (tickets, key updates, empty records), in addition to one per byte of data.

    A record of 16 KiB has to fit in, because what it holds is unknown until it is complete.
    """
    idle: float = 55.0
    """Seconds that an unused connection is kept; load balancers close theirs after 60."""
    age: float = 300.0
    """Seconds after which a connection is not used again, so that a server that moved is found."""
    idle_connections: int = 256
    """Unused connections in all; an execution environment of Lambda has 1,024 file descriptors."""
    connections_per_server: int = 10
    """Concurrent connections of one account to one host and port; all accounts together have twice as many."""
