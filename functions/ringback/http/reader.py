"""Read the answer to a request: `httptools` parses it, within bounds that are set here."""

from httptools import HttpParserCallbackError, HttpParserError, HttpParserUpgrade, HttpResponseParser

from ringback.errors import AttemptFailed
from ringback.http.errors import not_http, protocol_error, read_error, too_long
from ringback.http.leniency import OddHead
from ringback.http.limits import Limits
from ringback.http.response import Response, is_success

_SWITCHING_PROTOCOLS = 101
_FIRST, _FIRST_FINAL = 100, 200
_BODILESS = frozenset({_SWITCHING_PROTOCOLS, 204, 304})
"""Statuses whose answers end with their head, whatever it says (RFC 9112, 6.3)."""


class ResponseReader:
    """Reads an answer in whatever pieces it comes, up to its end or to a limit.

    A status other than 2xx stands once its head is complete: a 410 whose page breaks off is still a 410.
    """

    __slots__ = (
        "_excerpt",
        "_failure",
        "_fields",
        "_head",
        "_is_chunked",
        "_length",
        "_limits",
        "_lines",
        "_odd",
        "_parser",
        "_persists",
        "_pieces",
        "_reason",
        "_room",
        "_size",
        "_status",
        "received",
        "response",
    )

    def __init__(self, limits: Limits) -> None:
        self.received = 0
        """Bytes so far."""
        self.response: Response | None = None
        """The answer, once it is complete or its status stands."""
        self._limits = limits
        self._room = limits.head
        """Bytes that may still come of what is being read."""
        self._failure: AttemptFailed | None = None
        self._head = bytearray()
        self._odd: OddHead | None = None
        self._status = 0
        """Of the answer proper, once its head is complete."""
        self._lines = 0
        self._pieces = 0
        self._excerpt = b""
        self._size = 0
        self._persists = False
        self._reason = b""
        self._fields: dict[bytes, tuple[bytes, bytes]] = {}
        self._length: int | None = None
        self._is_chunked = False
        self._parser = self._new_parser()

    @property
    def is_done(self) -> bool:
        """Whether the answer has been read."""
        return self.response is not None

    def feed(self, data: bytes) -> None:
        """Take *data* that came.

        Raises:
            AttemptFailed: it is not HTTP, or too long.
        """
        while data and not self.is_done:
            room = self._room
            piece, data = (data, b"") if len(data) <= room else (data[:room], data[room:])
            self.received += len(piece)
            self._room = room - len(piece)
            self._parse(piece)
            if self._room <= 0 and not self.is_done:
                self.fail(self._overflow())
        if data:
            self._note_more()

    def end(self) -> None:
        """Take note that the connection has ended.

        Raises:
            AttemptFailed: the answer is not complete.
        """
        if self._status and self._length is None and not self._is_chunked:
            self._complete(reusable=False)
        elif self._status and self._is_chunked:
            self.fail(protocol_error("chunks are cut off, or none", "closed by the receiver"))
        elif self._odd is not None:
            is_http = self._odd.is_http
            self.fail(protocol_error("headers", "they do not end") if is_http else not_http(self._odd.line))
        else:
            self.fail(read_error(ConnectionResetError("closed by the receiver"), self.received, 0))

    def fail(self, failure: AttemptFailed) -> None:
        """Take note that no more will come.

        Raises:
            AttemptFailed: *failure*, unless there is a status that stands.
        """
        if not self._status or is_success(self._status):
            self._parser = None
            raise failure
        self._complete(reusable=False)

    def _new_parser(self) -> HttpResponseParser | None:
        parser = HttpResponseParser(self)
        parser.set_dangerous_leniencies(lenient_spaces_after_chunk_size=True)
        return parser

    def _forget_head(self) -> None:
        self._reason, self._fields, self._length, self._is_chunked = b"", {}, None, False

    def _note_more(self) -> None:
        """Note that something follows the answer: it would be taken for the answer to the next customer's request."""
        if self.response is not None:
            self.response.reusable = False

    def _parse(self, data: bytes) -> None:
        if self._status:
            self._take(data)
        elif self._odd is not None:
            self._odd.add(data)
            self._mend(self._odd)
        else:
            self._head += data
            self._take(data)

    def _take(self, data: bytes) -> None:
        if self._parser is None:
            return
        try:
            self._parser.feed_data(data)
        except HttpParserCallbackError as error:
            raise RuntimeError("a callback of the parser failed") from error
        except (HttpParserError, HttpParserUpgrade) as error:
            self._stumble(str(error))
        if self._failure is not None:
            self.fail(self._failure)

    def _stumble(self, reason: str) -> None:
        if self.response is not None:
            self._note_more()
        elif self._status:
            self.fail(protocol_error("chunks are cut off, or none", reason))
        elif self._odd is not None:
            self.fail(protocol_error("headers", reason))
        else:
            self._odd = OddHead(self._head)
            self._mend(self._odd)

    def _mend(self, odd: OddHead) -> None:
        if not odd.is_http:
            if odd.has_line:
                self.fail(not_http(odd.line))
            return
        mended = odd.mended()
        if mended is not None:
            self._forget_head()
            self._parser = self._new_parser()
            self._take(mended)

    def _overflow(self) -> AttemptFailed:
        return too_long("body", self._limits.body) if self._status else too_long("headers", self._limits.head)

    def _refuse(self, failure: AttemptFailed) -> None:
        if self.response is None:
            self._failure = failure

    def _complete(self, *, reusable: bool) -> None:
        self.response = Response(
            status=self._status,
            reason=self._reason.decode("latin-1"),
            fields=self._fields,
            excerpt=self._excerpt,
            size=self._size,
            reusable=reusable,
        )
        self._fields = {}
        self._parser = None  # they refer to each other

    # Callbacks of httptools.

    def on_message_begin(self) -> None:
        """Take note of a second answer."""
        self._note_more()

    def on_status(self, reason: bytes) -> None:
        """Keep the reason phrase, or a piece of it."""
        self._reason += reason

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header field; trailers are only counted."""
        self._lines += 1
        if self._lines > self._limits.header_lines:
            self._refuse(too_long("headers", self._limits.header_lines, "lines"))
            return
        if self._status:  # a trailer
            return
        known = name.lower()
        self._fields[known] = (name, value)
        if known == b"content-length":
            self._length = int(value)
        elif known == b"transfer-encoding":
            self._is_chunked = value.rstrip().lower().endswith(b"chunked")

    def on_headers_complete(self) -> None:
        """Judge the head; informational answers are skipped."""
        parser = self._parser
        if parser is None:
            return
        status = parser.get_status_code()
        if not self._head.startswith(b"HTTP/1.") or status < _FIRST:
            self._refuse(not_http(OddHead(self._head).line))
        elif status >= _FIRST_FINAL or status == _SWITCHING_PROTOCOLS:
            self._status = status
            self._persists = parser.should_keep_alive() and status != _SWITCHING_PROTOCOLS
            self._room = self._limits.body
            if self._length is not None and self._length > self._limits.body and status not in _BODILESS:
                self._refuse(self._overflow())

    def on_body(self, data: bytes) -> None:
        """Keep the beginning of the body."""
        self._size += len(data)
        self._pieces += 1
        missing = self._limits.excerpt - len(self._excerpt)
        if missing > 0:
            self._excerpt += data[:missing]
        if self._pieces > self._limits.pieces:
            self._refuse(too_long("body", self._limits.pieces, "pieces"))

    def on_message_complete(self) -> None:
        """Complete the answer, or forget an informational one."""
        if self.response is not None:
            return
        if self._status:
            self._complete(reusable=self._persists)
        else:
            self._forget_head()
