"""What receivers answer, and what they do instead, over real sockets."""

import gzip
import socket
import tracemalloc
from pathlib import Path
from time import monotonic

import pytest
import requests

from ringback.errors import AttemptFailed
from ringback.models import Outcome
from tests.integration import misbehaviour
from tests.integration.misbehaviour import CHUNKED, HEAD, MEBIBYTE, floods, says, says_and_waits, trickles
from tests.integration.receivers import Behaviour, Receiver
from tests.integration.sending import HURRY, SLACK, Sending

ANSWERS = [
    (200, Outcome.DELIVERED),
    (201, Outcome.DELIVERED),
    (204, Outcome.DELIVERED),
    (299, Outcome.DELIVERED),
    (101, Outcome.STATUS),
    (301, Outcome.STATUS),
    (302, Outcome.STATUS),
    (304, Outcome.STATUS),
    (401, Outcome.STATUS),
    (404, Outcome.STATUS),
    (410, Outcome.GONE),
    (429, Outcome.STATUS),
    (500, Outcome.STATUS),
    (503, Outcome.STATUS),
]

NO_ANSWER: dict[str, tuple[Behaviour, Outcome, str]] = {
    "never answers": (misbehaviour.never_answers, Outcome.TIMEOUT, "no answer within 0.4 s"),
    "closes at once": (misbehaviour.closes_at_once, Outcome.PROTOCOL, "connection"),
    "resets within the answer": (misbehaviour.resets_within_the_answer, Outcome.PROTOCOL, "connection"),
    "trickles rubbish": (trickles(b""), Outcome.TIMEOUT, "answer not complete ("),
    "trickles a header": (trickles(HEAD + b"X-Slow: "), Outcome.TIMEOUT, "answer not complete ("),
    "trickles headers": (trickles(HEAD, byte=b"X: y\r\n"), Outcome.TIMEOUT, "answer not complete ("),
    "trickles a body": (trickles(HEAD + b"Content-Length: 1000\r\n\r\n"), Outcome.TIMEOUT, "answer not complete ("),
    "trickles without end": (trickles(HEAD + b"\r\n"), Outcome.TIMEOUT, "answer not complete ("),
    "trickles chunks": (trickles(CHUNKED, byte=b"1\r\nx\r\n"), Outcome.TIMEOUT, "answer not complete ("),
    "speaks SSH": (says(b"SSH-2.0-OpenSSH\r\n"), Outcome.PROTOCOL, "broken answer, not HTTP/1"),
    "speaks SMTP": (says_and_waits(b"220 mail ESMTP\r\n"), Outcome.PROTOCOL, "broken answer, not HTTP/1"),
    "breaks off": (
        says(HEAD + b"Content-Length: 1000\r\n\r\nhalf"),
        Outcome.PROTOCOL,
        "connection lost after 45 bytes of answer: closed by the receiver",
    ),
    "breaks chunks off": (says(CHUNKED + b"5\r\nhello\r\n"), Outcome.PROTOCOL, "broken answer: its chunks"),
    "waits within a chunk size": (says_and_waits(CHUNKED + b"5"), Outcome.TIMEOUT, "answer not complete ("),
    "sends broken chunks": (says_and_waits(CHUNKED + b"hello\r\n"), Outcome.PROTOCOL, "broken answer: its chunks"),
    "sends a broken length": (
        says_and_waits(HEAD + b"Content-Length: x\r\n\r\n"),
        Outcome.PROTOCOL,
        "broken answer: its headers (invalid character in Content-Length)",
    ),
    "only informs": (
        says_and_waits(b"HTTP/1.1 100 Continue\r\n\r\n"),
        Outcome.TIMEOUT,
        "answer not complete (25 bytes)",
    ),
    "sends 100 headers of 60 KB": (
        says(HEAD + b"X: %b\r\n" % (b"x" * 60_000) * 100 + b"\r\n"),
        Outcome.TOO_LONG,
        "headers of more than 65536 bytes",
    ),
}
"""What receivers do instead of answering, and what the customer reads about it."""

FLOODS = {
    "a declared length": (HEAD + b"Content-Length: %d\r\n\r\n" % (1024 * MEBIBYTE), b"x" * MEBIBYTE, "body"),
    "no length": (HEAD + b"\r\n", b"x" * MEBIBYTE, "body"),
    "chunks": (CHUNKED, b"100000\r\n%b\r\n" % (b"x" * MEBIBYTE), "body"),
    "chunk extensions": (CHUNKED, b"1;%b\r\nx\r\n" % (b"x" * 60_000), "body"),
    "headers": (HEAD, b"X: %b\r\n" % (b"x" * 60_000), "headers"),
    "informational answers": (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000, "headers"),
}
"""Answers of 1 GiB: how they start, how they go on, and what is too long."""


@pytest.mark.parametrize(("status", "outcome"), ANSWERS)
def test_only_2xx_is_success_and_410_ends_the_callback(
    receiver: Receiver, sending: Sending, status: int, outcome: Outcome
) -> None:
    receiver.status = status

    answer = sending.send(receiver.url())

    assert (answer.outcome, answer.status) == (outcome, status)
    assert answer.detail.startswith(f"HTTP {status}")


def test_a_redirect_is_not_followed(receiver: Receiver, sending: Sending) -> None:
    with Receiver() as other:
        receiver.status, receiver.headers = 302, {"Location": other.text_url}
        answer = sending.send(receiver.url())

        assert answer.detail == "HTTP 302 (redirects are not followed)"
        assert other.connections == 0


@pytest.mark.parametrize(
    ("status", "retry_after", "seconds"),
    [
        (429, "120", 120),
        (503, "Mon, 23 Nov 2026 17:37:00 GMT", 60),
        (503, "soon", None),
        (503, None, None),
        (500, "120", None),
        (200, "120", None),
    ],
)
def test_a_receiver_that_is_busy_says_for_how_long(
    receiver: Receiver, sending: Sending, status: int, retry_after: str | None, seconds: float | None
) -> None:
    """`Retry-After` counts with 429 and 503 alone."""
    receiver.status, receiver.headers = status, {} if retry_after is None else {"Retry-After": retry_after}

    assert sending.send(receiver.url()).retry_after == seconds


def test_an_excerpt_of_the_answer_is_kept(receiver: Receiver, sending: Sending) -> None:
    receiver.status, receiver.body = 500, b"caf\xc3\xa9 \xff" + b"x" * 20_000

    excerpt = sending.send(receiver.url()).excerpt

    assert excerpt.startswith("café �x")
    assert len(excerpt.encode("utf-8", "replace")) <= 1024 + 2  # the byte that is no UTF-8 became three


def test_a_compressed_answer_is_unpacked_no_further_than_its_excerpt(receiver: Receiver, sending: Sending) -> None:
    """It was not asked for; a bomb of 1 GiB is a few bytes like any others."""
    receiver.headers, receiver.body = {"Content-Encoding": "gzip"}, gzip.compress(bytes(MEBIBYTE))

    answer = sending.send(receiver.url())

    assert answer.outcome is Outcome.DELIVERED
    assert len(answer.excerpt) <= 1024
    assert receiver.received[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("headers", "body", "excerpt"),
    [
        ({"Content-Encoding": "gzip"}, gzip.compress("größer".encode()), "größer"),
        ({"Content-Type": "text/plain; charset=windows-1250"}, "zażółć".encode("cp1250"), "zażółć"),
        ({}, "é".encode() * 1000, "é" * 512),
        ({}, b"x" + "é".encode() * 1000, "x" + "é" * 511),
        ({"Content-Type": "image/png"}, b"\x89PNG\r\n\x1a\n" + bytes(3000), "binary, 3,008 bytes"),
    ],
)
def test_an_excerpt_is_text_that_can_be_read(
    receiver: Receiver, sending: Sending, headers: dict[str, str], body: bytes, excerpt: str
) -> None:
    receiver.status, receiver.headers, receiver.body = 500, headers, body

    assert sending.send(receiver.url()).excerpt == excerpt


@pytest.mark.parametrize(("behaviour", "outcome", "detail"), NO_ANSWER.values(), ids=NO_ANSWER)
def test_what_is_no_answer_fails_in_time(
    receiver: Receiver, hurried: Sending, behaviour: Behaviour, outcome: Outcome, detail: str
) -> None:
    receiver.behaviour = behaviour
    began = monotonic()

    with pytest.raises(AttemptFailed) as raised:
        hurried.send(receiver.url())

    assert monotonic() - began < HURRY.attempt + SLACK
    assert raised.value.outcome is outcome
    assert raised.value.detail.startswith(detail)
    assert receiver.connections == 1


@pytest.mark.parametrize(("start", "block", "what"), FLOODS.values(), ids=FLOODS)
def test_an_answer_of_a_gibibyte_costs_neither_time_nor_memory(
    receiver: Receiver, sending: Sending, start: bytes, block: bytes, what: str
) -> None:
    receiver.behaviour = floods(start, block)
    tracemalloc.start()
    try:
        with pytest.raises(AttemptFailed, match=rf"{what} of more than \d+ bytes") as raised:
            sending.send(receiver.url())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert raised.value.outcome is Outcome.TOO_LONG
    assert peak < 4 * MEBIBYTE
    assert receiver.sent < 16 * MEBIBYTE  # what the sockets' buffers hold


def test_a_receiver_that_takes_nothing_fails_in_time(receiver: Receiver, hurried: Sending) -> None:
    receiver.behaviour = misbehaviour.never_reads
    began = monotonic()

    with pytest.raises(AttemptFailed, match=r"no answer within 0\.4 s") as raised:
        hurried.send(receiver.url(), body=bytes(16 * MEBIBYTE))

    assert raised.value.outcome is Outcome.TIMEOUT
    assert monotonic() - began < HURRY.attempt + SLACK


@pytest.mark.parametrize("status", [410, 500])
def test_a_status_stands_whatever_becomes_of_its_body(receiver: Receiver, hurried: Sending, status: int) -> None:
    receiver.behaviour = trickles(b"HTTP/1.1 %d Whatever\r\n\r\n" % status)

    assert hurried.send(receiver.url()).status == status


def test_an_answer_counts_although_the_request_was_cut_off(receiver: Receiver, sending: Sending) -> None:
    """A server that says 413 closes, and resets what is still being sent."""

    def behaviour(_receiver: Receiver, sock: socket.socket) -> None:
        sock.recv(1024)
        sock.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")

    receiver.behaviour = behaviour

    assert sending.send(receiver.url(), body=bytes(4 * MEBIBYTE)).status == 413


def test_http_1_0_is_understood(receiver: Receiver, sending: Sending) -> None:
    receiver.behaviour = says(b"HTTP/1.0 200 OK\r\n\r\nuntil the end")

    assert sending.send(receiver.url()).excerpt == "until the end"


def test_informational_answers_are_passed_over(receiver: Receiver, sending: Sending) -> None:
    receiver.behaviour = says(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + receiver.answer())

    assert sending.send(receiver.url()).status == 200


@pytest.mark.parametrize(
    "target", ["/a/../b", "/%2f%2F", "//x", "/?q=%7e~", "/?", "/;", "/[", "/?q=((from))", "/A?B#"[:4]]
)
def test_a_target_arrives_byte_for_byte(receiver: Receiver, sending: Sending, target: str) -> None:
    sending.send(receiver.url(target), body=None)

    assert receiver.received[0].line == f"GET {target} HTTP/1.1"


def test_what_arrives_is_what_was_rendered(receiver: Receiver, sending: Sending) -> None:
    sending.send(receiver.url(), body="café".encode(), headers=(("webhook-id", "msg_1"),))

    assert receiver.received[0].body == b"caf\xc3\xa9"
    assert receiver.received[0].head.decode().split("\r\n") == [
        "POST /hook HTTP/1.1",
        f"Host: 127.0.0.1:{receiver.port}",
        "User-Agent: Ringback/1.0",
        "webhook-id: msg_1",
        "Accept-Encoding: identity",
        "Content-Length: 5",
    ]


def test_the_environment_changes_nothing(
    receiver: Receiver, sending: Sending, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No proxy, no `.netrc`: a plain `requests` call obeys both."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else")
    monkeypatch.setenv("NETRC", str(netrc))
    with Receiver() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", "")
        monkeypatch.setenv("NO_PROXY", "")

        sending.send(receiver.url())
        requests.post(receiver.text_url, timeout=5).close()

        assert "authorization" not in receiver.received[0].headers
        assert [request.line for request in proxy.received] == [f"POST {receiver.text_url} HTTP/1.1"]
        assert "authorization" in proxy.received[0].headers


def test_cookies_are_not_kept(receiver: Receiver, sending: Sending) -> None:
    receiver.headers = {"Set-Cookie": "session=1; Path=/"}

    for _ in range(2):
        sending.send(receiver.url())

    assert [request.headers.get("cookie") for request in receiver.received] == [None, None]


def test_an_ipv6_literal_is_called(sending: Sending) -> None:
    with Receiver(address="::1") as receiver:
        assert sending.send(receiver.url()).status == 200
        assert receiver.received[0].headers["host"] == f"[::1]:{receiver.port}"
