"""Reading an answer within bounds, however it arrives."""

import io
from http.client import HTTPResponse
from itertools import pairwise
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.errors import AttemptFailed
from ringback.http.errors import Unanswered
from ringback.http.limits import Limits
from ringback.http.reader import ResponseReader
from ringback.http.response import Response
from ringback.models import Outcome

OK = b"HTTP/1.1 200 OK\r\n"
LIMITS = Limits(head=1000, body=2000, excerpt=10)


def read(*pieces: bytes, limits: Limits = LIMITS) -> Response:
    """The answer that comes in *pieces*, then ends."""
    reader = ResponseReader(limits)
    for piece in pieces:
        if reader.response is None:
            reader.feed(piece)
    if reader.response is None:
        reader.end()
    assert reader.response is not None
    return reader.response


def failure(*pieces: bytes) -> AttemptFailed:
    with pytest.raises(AttemptFailed) as raised:
        read(*pieces)
    return raised.value


def chunked(*chunks: bytes) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in [*chunks, b""])


CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

WHOLE = [
    (OK + b"Content-Length: 5\r\n\r\nhello", b"hello", True),
    (OK + b"Content-Length: 0\r\n\r\n", b"", True),
    (OK + b"Content-Length: 20\r\n\r\n" + b"x" * 20, b"x" * 10, True),
    (CHUNKED + chunked(b"hel", b"lo"), b"hello", True),
    (CHUNKED + b"5;a=b\r\nhello\r\n0\r\nTrailer: 1\r\n\r\n", b"hello", True),
    (OK + b"\r\nuntil the end", b"until the ", False),
    (b"HTTP/1.0 200 OK\n\nhello", b"hello", False),
    (b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", b"", True),
    (OK + b"Connection: close\r\nContent-Length: 5\r\n\r\nhello", b"hello", False),
    (b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 5\r\n\r\nhello", b"hello", True),
    (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 3 + OK + b"Content-Length: 5\r\n\r\nhello", b"hello", True),
    (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", b"", False),
]
"""Answer, excerpt, and whether the connection can be used again."""

NOT_WHOLE = [
    (b"SSH-2.0-OpenSSH_9.2\r\n", Outcome.PROTOCOL, "broken answer, not HTTP/1"),
    (b"\x15\x03\x01\x00\x02", Outcome.PROTOCOL, "broken answer, not HTTP/1"),
    (b"\r\n" + OK + b"\r\n", Outcome.PROTOCOL, "broken answer, not HTTP/1"),
    (b"HTTP/2 200 OK\r\n\r\n", Outcome.PROTOCOL, "broken answer, not HTTP/1"),
    (b"HTTP/1.1 2", Outcome.PROTOCOL, "connection lost after 10 bytes of answer: closed by the receiver"),
    (OK + b"Content-Length: 5\r\n\r\nhell", Outcome.PROTOCOL, "connection lost after"),
    (CHUNKED + b"5\r\nhel", Outcome.PROTOCOL, "broken answer: its chunks"),
    (CHUNKED + b"5\r\nhello\r\n", Outcome.PROTOCOL, "broken answer: its chunks"),
    (CHUNKED + b"hello\r\n", Outcome.PROTOCOL, "broken answer: its chunks"),
    (CHUNKED + b"\r\n", Outcome.PROTOCOL, "broken answer: its chunks"),
    (CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n", Outcome.PROTOCOL, "broken answer: its chunks"),
    (CHUNKED + b"4\r\nhello\r\n0\r\n\r\n", Outcome.PROTOCOL, "broken answer: its chunks"),
    (OK + b"Content-Length: 2001\r\n\r\n", Outcome.TOO_LONG, "body of more than 2000 bytes"),
    (OK + b"\r\n" + b"x" * 3001, Outcome.TOO_LONG, "body of more than 2000 bytes"),
    (CHUNKED + chunked(*[b"x"] * 600), Outcome.TOO_LONG, "body of more than 2000"),
    (CHUNKED + b"-1\r\n" + b"x" * 3001, Outcome.PROTOCOL, "broken answer: its chunks"),
    (CHUNKED + b"5;" + b"x" * 3001, Outcome.TOO_LONG, "body of more than 2000 bytes"),
    (CHUNKED + b"0\r\na: " + b"b" * 3001, Outcome.TOO_LONG, "body of more than 2000 bytes"),
    (CHUNKED + b"0\r\n" + b"a: b\r\n" * 600, Outcome.TOO_LONG, "headers of more than 100 lines"),
    (OK + b"a: " + b"b" * 1001, Outcome.TOO_LONG, "headers of more than 1000 bytes"),
    (OK + b"a: b\r\n" * 80 + b"a: " + b"b" * 600 + b"\r\n\r\n", Outcome.TOO_LONG, "headers of more than 1000 bytes"),
    (OK + b"a: b\r\n" * 102, Outcome.TOO_LONG, "headers of more than 100 lines"),
    (b"HTTP/1.1 100 Continue\r\n\r\n" * 100, Outcome.TOO_LONG, "headers of more than 1000 bytes"),
]
"""What is no whole 2xx, and why."""


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize(("answer", "excerpt", "reusable"), WHOLE)
def test_a_whole_answer_is_read_to_its_end(answer: bytes, excerpt: bytes, size: int, *, reusable: bool) -> None:
    """In whatever pieces it arrives."""
    reply = read(*[answer[start : start + size] for start in range(0, len(answer), size)])

    assert (reply.excerpt, reply.reusable) == (excerpt, reusable)


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize(("answer", "outcome", "detail"), NOT_WHOLE)
def test_a_2xx_that_is_not_whole_is_no_success(answer: bytes, outcome: Outcome, detail: str, size: int) -> None:
    failed = failure(*[answer[start : start + size] for start in range(0, len(answer), size)])

    assert failed.outcome is outcome
    assert failed.detail.startswith(detail)


def test_what_is_said_instead_of_an_answer_is_for_the_customer_and_not_for_the_log() -> None:
    """A server that repeats what it gets says our request, with path and query."""
    failed = failure(b"GET /planted?token=planted HTTP/1.1\r\n")

    assert failed.excerpt == "GET /planted?token=planted HTTP/1.1\r\n"
    assert "planted" not in failed.detail


def test_nothing_at_all_is_no_answer() -> None:
    """The sender tells it apart: on a connection that was idle it may try once more."""
    assert isinstance(failure(), Unanswered)
    assert not isinstance(failure(b"H"), Unanswered)


@pytest.mark.parametrize("status", [302, 410])
@pytest.mark.parametrize(
    "body", [b"Content-Length: 5\r\n\r\nhe", b"Content-Length: 9999\r\n\r\n", b"\r\n" + b"x" * 9999]
)
def test_another_status_stands_whatever_its_body_is(status: int, body: bytes) -> None:
    """A 410 whose page breaks off is still a 410."""
    reply = read(b"HTTP/1.1 %d Whatever\r\n" % status + body)

    assert reply.status == status
    assert not reply.reusable


def test_a_connection_that_says_more_than_its_answer_is_not_used_again() -> None:
    """What follows would be taken for the answer to somebody else's request."""
    assert not read(OK + b"Content-Length: 5\r\n\r\nhelloHTTP/1.1 410 Gone\r\n\r\n").reusable


class _Socket(io.BytesIO):
    def makefile(self, *_: object) -> "_Socket":
        return self


BODIES = st.binary(max_size=300)


@given(
    body=BODIES,
    cuts=st.lists(st.integers(1, 400), max_size=8),
    framing=st.sampled_from(["length", "chunked", "close"]),
    informational=st.booleans(),
)
def test_it_reads_what_http_client_reads(body: bytes, cuts: list[int], framing: str, *, informational: bool) -> None:
    """Python's own client is the reference for answers that are well formed."""
    framed = {
        "length": b"Content-Length: %d\r\n\r\n%b" % (len(body), body),
        "chunked": b"Transfer-Encoding: chunked\r\n\r\n"
        + chunked(*[body[at : at + 50] for at in range(0, len(body), 50)]),
        "close": b"Connection: close\r\n\r\n" + body,
    }[framing]
    answer = (b"HTTP/1.1 100 Continue\r\n\r\n" if informational else b"") + b"HTTP/1.1 201 Created\r\nA: b\r\n" + framed
    reference = HTTPResponse(cast("Any", _Socket(answer)))
    reference.begin()
    edges = sorted({0, len(answer), *(cut for cut in cuts if cut < len(answer))})

    reply = read(*[answer[start:end] for start, end in pairwise(edges)], limits=Limits())

    assert reply.status == reference.status
    fields = {name.decode(): value.decode("latin-1") for name, value in reply.fields.values()}
    assert fields == dict(reference.getheaders())
    assert reply.excerpt == reference.read()
    assert reply.reusable is not reference.will_close


@given(pieces=st.lists(st.binary(max_size=80), max_size=6), starts_well=st.booleans())
def test_no_answer_of_any_kind_causes_another_error(pieces: list[bytes], *, starts_well: bool) -> None:
    """Rubbish is an expected outcome: it ends as one."""
    start = [OK + b"Transfer-Encoding: chunked\r\n\r\n"] if starts_well else []
    try:
        read(*start, *pieces)
    except AttemptFailed as failed:
        assert failed.outcome in {Outcome.PROTOCOL, Outcome.TOO_LONG}  # noqa: PT017 - either is right
