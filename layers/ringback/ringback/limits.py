"""What one HTTP attempt, and one execution environment, may use."""

import time
from collections.abc import Callable
from dataclasses import dataclass

KIB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of the HTTP transport."""

    attempt: float = 15.0
    """Seconds for the whole attempt, from looking up the host to the last byte of the answer."""
    connect: float = 5.0
    """Seconds for the connection, its TLS handshake included."""
    head: int = 64 * KIB
    """Bytes of status line and headers, informational answers included."""
    body: int = 1024 * KIB
    """Bytes of body on the wire, chunk sizes and trailers included."""
    excerpt: int = KIB
    """Bytes of body that are kept."""
    idle: float = 55.0
    """Seconds that an unused connection is kept; load balancers close theirs after 60."""
    age: float = 300.0
    """Seconds after which a connection is not used again, so that a server that moved is found."""
    idle_connections: int = 256
    """Unused connections in all; an execution environment of Lambda has 1,024 file descriptors."""
    connections_per_server: int = 10
    """At a time, to one host and port."""


class Deadline:
    """The end of the time that something may take, however many operations it makes of it."""

    __slots__ = ("_clock", "_end", "total")

    def __init__(self, total: float, *, spent: float = 0.0, clock: Callable[[], float] = time.monotonic) -> None:
        self.total = total
        """Seconds that it was set to, for messages; *spent* of them were over at the start."""
        self._clock = clock
        self._end = clock() + total - spent

    def seconds(self) -> float:
        """How long the next operation may take.

        Raises:
            TimeoutError: no time is left.
        """
        left = self._end - self._clock()
        if left <= 0:
            raise TimeoutError
        return left

    def within(self, total: float) -> "Deadline":
        """The end of a part of it that may take *total* seconds."""
        part = Deadline(total, clock=self._clock)
        part._end = min(part._end, self._end)
        return part
