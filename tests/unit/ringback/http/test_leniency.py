"""What is taken although it breaks a rule, and what is not: the table of docs/decisions/0018."""

import pytest

from ringback.errors import AttemptFailed
from ringback.http.leniency import mend
from ringback.http.limits import Limits
from ringback.http.reader import ResponseReader
from ringback.http.response import Response
from ringback.models import Outcome

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
LENGTH = b"Content-Length: 2\r\n\r\nok"

TAKEN = {
    "lines without CR": (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", True),
    "some lines without CR": (b"HTTP/1.1 200 OK\nX: 1\r\n" + LENGTH, True),
    "no reason phrase": (b"HTTP/1.1 200\r\n" + LENGTH, True),
    "an empty reason phrase": (b"HTTP/1.1 200 \r\n" + LENGTH, True),
    "no reason phrase, and no CR": (b"HTTP/1.1 200\nContent-Length: 2\n\nok", True),
    "a folded header": (OK + b"X: a\r\n b\r\n\tc\r\n" + LENGTH, True),
    "a folded length": (OK + b"Content-Length:\r\n 2\r\n\r\nok", True),
    "the same length twice in a line": (OK + b"Content-Length: 2, 2\r\n\r\nok", True),
    "the same length in two lines": (OK + b"Content-Length: 2\r\nX: 1\r\ncontent-length: 2\r\n\r\nok", True),
    "spaces before a colon": (OK + b"X : 1\r\nContent-Length\t: 2\r\n\r\nok", True),
    "control characters in a value": (OK + b"X: a\x01b\x7f\r\n" + LENGTH, True),
    "any byte above ASCII in a value": (OK + b"X: caf\xe9 \xc3\xa9\r\n" + LENGTH, True),
    "identity and a length": (OK + b"Transfer-Encoding: identity\r\n" + LENGTH, True),
    "spaces behind a chunk's size": (CHUNKED + b"2 \t \r\nok\r\n0\r\n\r\n", True),
    "zeros before a chunk's size": (CHUNKED + b"0000000000000000002\r\nok\r\n0\r\n\r\n", True),
    "chunk extensions": (CHUNKED + b'2;a="b"\r\nok\r\n0;c\r\n\r\n', True),
    "chunks of HTTP/1.0": (b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", False),
    "HTTP/1.0 that stays": (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + LENGTH, True),
    "HTTP/1.0 that ends": (b"HTTP/1.0 200 OK\r\n\r\nok", False),
    "no length at all": (OK + b"\r\nok", False),
    "an encoding that nobody knows": (OK + b"Transfer-Encoding: x\r\n\r\nok", False),
    "an upgrade that is offered": (OK + b"Upgrade: h2\r\nConnection: Upgrade\r\n" + LENGTH, True),
    "a line break behind the answer": (OK + LENGTH + b"\r\n", True),
    "odd lines behind an informational answer": (
        b"HTTP/1.1 100 Continue\r\nContent-Length: 9\r\n\r\nHTTP/1.1 200 OK\nX: a\n b\nContent-Length: 2\n\nok",
        True,
    ),
    "odd lines in an informational answer": (b"HTTP/1.1 103 x\nLink: a\n\n" + OK + LENGTH, True),
}
"""Answers whose body is `ok`, and whether their connection takes another request."""

REFUSED = {
    "two lengths": OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nokk",
    "two lengths in a line": OK + b"Content-Length: 2, 3\r\n\r\nokk",
    "a length and a folded one": OK + b"Content-Length: 2\r\n 3\r\n\r\nokk",
    "a length and chunks": OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "chunks and a length": OK + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    **{
        f"the length {text}": OK + b"Content-Length: %b\r\n\r\nokokokokok" % text.encode()
        for text in ("two", "+2", "-2", "0x2", "1_0", "", "2 2", "2.0", "two, two", "9" * 30)
    },
    **{
        f"the chunk size {text}": CHUNKED + b"%b\r\nokokokokok\r\n0\r\n\r\n" % text.encode()
        for text in ("0x2", "+2", "-2", "1_0", "two", "", " 2", "f" * 20)
    },
    "a chunk without its CRLF": CHUNKED + b"2\r\nok0\r\n\r\n",
    "a chunk that is longer than it says": CHUNKED + b"2\r\nokok\r\n0\r\n\r\n",
    "chunks with LF alone": CHUNKED + b"2\nok\n0\n\n",
    "a value with CR": OK + b"X: a\rContent-Length: 3\r\n" + LENGTH,
    "CR alone": b"HTTP/1.1 200 OK\rContent-Length: 2\r\rok",
    "a line without a colon": OK + b"X\r\n" + LENGTH,
    "a line without a name": OK + b": x\r\n" + LENGTH,
    "a name that is none": OK + b"X Y: 1\r\n" + LENGTH,
    "a fold behind the status": OK + b" X: a\r\n" + LENGTH,
    "HTTP/1.2": b"HTTP/1.2 200 OK\r\n" + LENGTH,
    "HTTP/2": b"HTTP/2 200 OK\r\n" + LENGTH,
    "HTTP/2.0": b"HTTP/2.0 200 OK\r\n" + LENGTH,
    "HTTP/0.9": b"HTTP/0.9 200 OK\r\n" + LENGTH,
    "RTSP": b"RTSP/1.0 200 OK\r\n" + LENGTH,
    "a status below 100": b"HTTP/1.1 099 Low\r\n" + LENGTH,
    "a status of two digits": b"HTTP/1.1 20 OK\r\n" + LENGTH,
    "a status of four digits": b"HTTP/1.1 2000 OK\r\n" + LENGTH,
    "a line break before the answer": b"\r\n" + OK + LENGTH,
    "a body and no head": b"ok\r\n\r\n",
}
"""Answers that are a protocol error: somebody else could read them otherwise."""


def read(answer: bytes, size: int) -> Response:
    reader = ResponseReader(Limits())
    for start in range(0, len(answer), size):
        if not reader.is_done:
            reader.feed(answer[start : start + size])
    if not reader.is_done:
        reader.end()
    assert reader.response is not None
    return reader.response


@pytest.mark.parametrize("size", [1, 9, 10_000])
@pytest.mark.parametrize(("answer", "reusable"), TAKEN.values(), ids=TAKEN)
def test_what_is_not_ambiguous_is_taken(answer: bytes, size: int, *, reusable: bool) -> None:
    response = read(answer, size)

    assert (response.status, response.excerpt, response.reusable) == (200, b"ok", reusable)


@pytest.mark.parametrize("size", [1, 9, 10_000])
@pytest.mark.parametrize("answer", REFUSED.values(), ids=REFUSED)
def test_what_is_ambiguous_is_a_protocol_error(answer: bytes, size: int) -> None:
    with pytest.raises(AttemptFailed) as raised:
        read(answer, size)

    assert raised.value.outcome is Outcome.PROTOCOL
    assert raised.value.detail.startswith("broken answer")


@pytest.mark.parametrize("status", [204, 304])
@pytest.mark.parametrize("said", [b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b""])
def test_some_answers_end_with_their_head(status: int, said: bytes) -> None:
    """Whatever it says."""
    head = b"HTTP/1.1 %d Whatever\r\n%b\r\n" % (status, said)

    assert read(head, 10_000).reusable
    assert not read(head + b"hello", 10_000).reusable


@pytest.mark.parametrize("said", [b"", b"Upgrade: x\r\n", b"Upgrade: x\r\nConnection: Upgrade\r\n"])
def test_who_switches_protocols_has_answered(said: bytes) -> None:
    response = read(b"HTTP/1.1 101 Switching Protocols\r\n%b\r\nwhatever" % said, 10_000)

    assert (response.status, response.reusable) == (101, False)


def test_a_mended_head_says_what_was_meant() -> None:
    head = b"HTTP/1.1 200 OK\nX : a\n\tb\nContent-Length: 2\nContent-Length: 2\nTransfer-Encoding: identity\n\n"

    assert mend(head) == b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: a b\r\n\r\n"
