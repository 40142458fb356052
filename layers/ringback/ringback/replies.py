"""Reading one HTTP/1.1 answer within bounds of time and memory: `http.client` parses it, this bounds it."""

import io
from collections.abc import Buffer, Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import Any, cast, override

from ringback.connections import Connection
from ringback.errors import AttemptFailed
from ringback.faults import not_answered, not_http
from ringback.limits import Deadline, Limits
from ringback.models import Outcome

_SWITCHING_PROTOCOLS = 101
_OK = 200
_BLOCK = 16 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a receiver answered."""

    status: int
    reason: str
    headers: Mapping[str, str]
    excerpt: bytes
    """The beginning of the body."""
    reusable: bool
    """Whether the connection takes another request."""


def is_success(status: int) -> bool:
    """Whether it is 2xx: a redirect is no success."""
    return _OK <= status < 300  # noqa: PLR2004 - RFC 9110, 15.3


class ReplyReader:
    """Reads the answer to one request from a connection."""

    def __init__(self, connection: Connection, deadline: Deadline, limits: Limits) -> None:
        self._stream = _Stream(connection, deadline, limits.head)
        self._deadline = deadline
        self._limits = limits

    def read(self) -> Reply:
        """The answer, to its end.

        Raises:
            AttemptFailed: there was no answer, or a 2xx that is not whole. Any other status stands by itself.
        """
        try:
            response = self._head()
        except (OSError, HTTPException, ValueError) as error:
            raise self._failure(error) from None
        excerpt = bytearray()
        whole = True
        self._stream.allow("body", self._limits.body)
        try:
            self._body(response, excerpt)
        except (OSError, HTTPException, ValueError, AttemptFailed) as error:  # ValueError: a chunk of "-5" bytes
            if is_success(response.status):
                raise self._failure(error) from None
            whole = False
        return Reply(
            status=response.status,
            reason=response.reason,
            headers=dict(response.getheaders()),
            excerpt=bytes(excerpt),
            reusable=whole and self._persists(response),
        )

    def _head(self) -> HTTPResponse:
        """The answer proper, past the informational ones; `http.client` knows only 100 of them."""
        while True:
            response = HTTPResponse(cast("Any", self._stream))  # all that it does with a socket is makefile()
            response.begin()
            if response.status >= _OK or response.status == _SWITCHING_PROTOCOLS:
                return response

    def _body(self, response: HTTPResponse, excerpt: bytearray) -> None:
        if response.length is not None and response.length > self._limits.body:
            raise _too_long("body", self._limits.body)
        while piece := response.read(_BLOCK):
            excerpt += piece[: self._limits.excerpt - len(excerpt)]
        if response.length:  # what http.client still waited for when the connection ended
            raise ConnectionResetError("closed by the receiver")

    def _persists(self, response: HTTPResponse) -> bool:
        return not response.will_close and response.status != _SWITCHING_PROTOCOLS and not self._stream.has_more()

    def _failure(self, error: OSError | HTTPException | ValueError | AttemptFailed) -> AttemptFailed:
        if isinstance(error, AttemptFailed):
            return error
        if isinstance(error, OSError):
            return not_answered(error, self._stream.received, self._deadline.total)
        return not_http(error)


class _Stream(io.RawIOBase):
    """A connection as `http.client` reads it: every read ends by the deadline, and no more is read than allowed."""

    def __init__(self, connection: Connection, deadline: Deadline, most: int) -> None:
        self._connection = connection
        self._deadline = deadline
        self._reader = _Reader(self)
        self._ended = False
        self.received = 0
        """Bytes so far."""
        self.allow("headers", most)

    def allow(self, what: str, most: int) -> None:
        """From here on at most *most* bytes of *what* are read."""
        self._what, self._limit, self._last = what, most, self.received + most

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What `http.client` asks of a socket; the same each time, so that nothing read ahead is lost."""
        return self._reader

    def has_more(self) -> bool:
        """Whether more has been received than the answer."""
        self._ended = True
        return bool(self._reader.peek())

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Buffer, /) -> int:
        if self._ended:
            return 0
        room = self._last - self.received
        if room <= 0:
            raise _too_long(self._what, self._limit)
        count = self._connection.receive_into(memoryview(buffer)[:room], self._deadline)
        self.received += count
        return count


class _Reader(io.BufferedReader):
    """Stays open when `http.client` is done with an answer: an informational one is followed by another."""

    @override
    def close(self) -> None:
        pass

    @override
    def flush(self) -> None:
        pass


def _too_long(what: str, most: int) -> AttemptFailed:
    return AttemptFailed(Outcome.TOO_LONG, f"{what} of more than {most} bytes")
