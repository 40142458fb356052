"""Mend heads that `httptools` refuses although they are not ambiguous (the table in docs/decisions/0018)."""

import re

_QUOTED = 60
"""Bytes of an answer other than HTTP that are quoted."""

_HEAD_END = re.compile(rb"\n\r?\n")
_HTTP = re.compile(rb"HTTP/1\.[01] \d{3}\s")
_INFORMATIONAL = re.compile(rb"HTTP/1\.[01] 1(?!01)")

_LINE_END = re.compile(rb"\r?\n")
_FOLD = re.compile(rb"(?<!\A)\r\n[ \t]+")
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class OddHead:
    """Collects a head that the parser refuses, until it is complete and can be mended."""

    def __init__(self, data: bytes | bytearray) -> None:
        self._data = bytearray(data)
        self._start = 0
        """Where it starts, after informational answers."""
        self._searched = 0

    @property
    def is_http(self) -> bool:
        """Whether it begins like an HTTP/1 answer."""
        return _HTTP.match(self._data, self._start) is not None

    @property
    def line(self) -> bytes:
        """Its first line, cut to what is worth quoting."""
        line, end, _ = self._data[self._start : self._start + _QUOTED].partition(b"\n")
        return bytes(line + end)

    @property
    def has_line(self) -> bool:
        """Whether there is enough of it to quote."""
        line = self.line
        return line.endswith(b"\n") or len(line) == _QUOTED

    def add(self, data: bytes) -> None:
        """Add more of it."""
        self._data += data

    def mended(self) -> bytes | None:
        """Return everything from its start on, as the parser takes it; None while the end of the head is missing."""
        while end := _HEAD_END.search(self._data, self._searched):
            if not _INFORMATIONAL.match(self._data, self._start):
                return mend(bytes(self._data[self._start : end.end()])) + bytes(self._data[end.end() :])
            self._start = self._searched = end.end()
        self._searched = max(self._start, len(self._data) - 2)
        return None


def mend(head: bytes) -> bytes:
    """Return *head* with CRLF, and without folds, control characters in values, and repeated equal lengths.

    Spaces before a colon are dropped too, and so is `Transfer-Encoding: identity`, which means nothing.
    """
    status, _, rest = _LINE_END.sub(b"\r\n", head).partition(b"\r\n")
    folded = rest[:1] in (b" ", b"\t")  # there is no field to continue, which the parser reports
    lines = (rest if folded else _FOLD.sub(b" ", rest)).split(b"\r\n")
    fields = [(name.rstrip(), colon, _CONTROLS.sub(b" ", value)) for name, colon, value in map(_split, lines)]
    return b"\r\n".join([status, *(b"".join(field) for field in _without_repetition(fields))])


type _Field = tuple[bytes, bytes, bytes]


def _split(line: bytes) -> _Field:
    return line.partition(b":")


def _without_repetition(fields: list[_Field]) -> list[_Field]:
    """Return one length where all are equal (RFC 9110, 8.6); the parser refuses different ones."""
    lengths = {text.strip() for name, _, value in fields if _is(name, b"content-length") for text in value.split(b",")}
    kept = [field for field in fields if not _is_identity(field)]
    if len(lengths) != 1:
        return kept
    others = [field for field in kept if not _is(field[0], b"content-length")]
    return [(b"Content-Length", b": ", lengths.pop()), *others]


def _is(name: bytes, wanted: bytes) -> bool:
    return name.lower() == wanted


def _is_identity(field: _Field) -> bool:
    return _is(field[0], b"transfer-encoding") and field[2].strip().lower() == b"identity"
