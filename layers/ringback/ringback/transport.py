"""The HTTP transport: an adapter of `requests` that sends to judged addresses, byte for byte, within bounds.

It is called directly, without a `Session`: so there are no cookies, no `.netrc`, no proxies and no redirects.
"""

import io
import re
import ssl
import time
from collections.abc import Callable
from threading import Lock
from typing import override

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from ringback.connections import Connection, IdleConnections, Server
from ringback.dialing import dial, secure, tls_context
from ringback.errors import AttemptFailed
from ringback.faults import Unanswered, not_answered
from ringback.guard import Target
from ringback.limits import Deadline, Limits
from ringback.models import HttpRequest, Outcome
from ringback.replies import Reply, ReplyReader
from ringback.slots import Slots

_NOT_IN_TARGET = re.compile(r"[^\x21-\x7e]")
_NOT_IN_FIELD = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
"""A field has Latin-1 without control characters but the tab (RFC 9110, 5.5)."""


class AddressedRequest(PreparedRequest):
    """A request as it goes on the wire, and the judged target that it goes to."""

    def __init__(
        self,
        request: HttpRequest,
        target: Target,
        *,
        slot_wait: float = 0.0,
        begins: Callable[[], object] = lambda: None,
    ) -> None:
        """*slot_wait*: seconds that it may wait while the target has its share of connections; *begins* ends that."""
        super().__init__()
        url = request.url
        self.target = target
        self.slot_wait = slot_wait
        self.begins = begins
        self.method = request.method
        self.url = f"{url.scheme}://{url.authority}{url.target}"
        self.headers = CaseInsensitiveDict([("Host", url.authority), *request.headers])
        self.headers.setdefault("Accept-Encoding", "identity")  # nothing is decoded, and an excerpt is to be read
        if request.body is not None:
            self.headers["Content-Length"] = str(len(request.body))
        self.body = request.body
        self._request_target = url.target
        self._payload = request.body

    @property
    @override
    def path_url(self) -> str:
        """Path and query as the customer wrote them; `requests` and `urllib3` would normalise both."""
        return self._request_target

    def on_the_wire(self) -> bytes:
        """Every byte of it.

        Raises:
            AttemptFailed: it has a character that HTTP cannot carry.
        """
        fields = [f"{name}: {value}" for name, value in self.headers.items()]
        head = "\r\n".join([f"{self.method} {self.path_url} HTTP/1.1", *fields, "", ""])
        if _NOT_IN_TARGET.search(self.path_url) or any(map(_NOT_IN_FIELD.search, fields)):
            # Quoted by no message: it may be in the query, or in a password.
            detail = f"the URL or a header for {self.target.host} has a character that cannot be sent"
            raise AttemptFailed(Outcome.UNUSABLE, detail) from None
        return head.encode("latin-1") + (self._payload or b"")


class DeliveryAdapter(HTTPAdapter):
    """Sends `AddressedRequest`s over connections that all threads of an execution environment share."""

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        tls: Callable[[], ssl.SSLContext] = tls_context,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """*tls* is called once, when the first `https` connection is made; *clock* counts seconds."""
        super().__init__()
        self._limits = limits or Limits()
        self._tls = tls
        self._clock = clock
        self._idle = IdleConnections(self._limits, clock=clock)
        self._slots = Slots(self._limits.connections_per_server)
        self._context: ssl.SSLContext | None = None
        self._context_lock = Lock()

    @override
    def send(self, request: PreparedRequest, *_: object, **__: object) -> Response:
        """One attempt; whatever else a `Session` passes (`verify=False`, proxies, time-outs) changes nothing.

        Raises:
            AttemptFailed: there was no answer, or a 2xx that is not whole.
            NotStarted: the target had its share of connections for as long as the request may wait.
        """
        if not isinstance(request, AddressedRequest):
            message = f"only an AddressedRequest, whose target was judged, is sent; given {type(request).__name__}"
            raise TypeError(message)
        wire = request.on_the_wire()
        server = Server(request.target.scheme, request.target.host, request.target.port)
        with self._slots.hold((server.host, server.port), wait=request.slot_wait):
            request.begins()
            deadline = Deadline(self._limits.attempt, spent=request.target.seconds, clock=self._clock)
            reply = self._attempt(wire, server, request.target, deadline)
        return _response(request, reply)

    @override
    def cert_verify(self, *_: object, **__: object) -> None:
        """Nothing: the context requires and checks certificates, and the bundle is not read again (about 20 ms)."""

    @override
    def close(self) -> None:
        """Close the connections that nobody uses."""
        super().close()
        self._idle.close()

    def _attempt(self, wire: bytes, server: Server, target: Target, deadline: Deadline) -> Reply:
        connection = self._idle.take(server)
        if connection is not None:
            try:
                return self._exchange(connection, wire, deadline)
            except Unanswered:  # closed by the server just before it was reused: the customer's answer is still to come
                pass
        return self._exchange(self._connect(server, target, deadline), wire, deadline)

    def _connect(self, server: Server, target: Target, deadline: Deadline) -> Connection:
        connecting = deadline.within(self._limits.connect)
        sock = dial(target.addresses, target.port, connecting)
        if server.scheme == "https":
            sock = secure(sock, self._shared_context(), target.host, connecting)
        return Connection(sock, server, opened=self._clock())

    def _exchange(self, connection: Connection, wire: bytes, deadline: Deadline) -> Reply:
        reply = None
        try:
            _write(connection, wire, deadline)
            reply = ReplyReader(connection, deadline, self._limits).read()
        finally:
            if reply is not None and reply.reusable:
                self._idle.give(connection)
            else:
                connection.close()
        return reply

    def _shared_context(self) -> ssl.SSLContext:
        with self._context_lock:
            if self._context is None:
                self._context = self._tls()
            return self._context


def _write(connection: Connection, wire: bytes, deadline: Deadline) -> None:
    try:
        connection.send(wire, deadline)
    except (BrokenPipeError, ConnectionResetError):  # it may have answered before it closed: read that
        pass
    except OSError as error:
        raise not_answered(error, 0, deadline.total) from None


def _response(request: AddressedRequest, reply: Reply) -> Response:
    response = Response()
    response.request = request
    response.url = str(request.url)
    response.status_code = reply.status
    response.reason = reply.reason
    response.headers.update(reply.headers)
    response.raw = io.BytesIO(reply.excerpt)
    return response
