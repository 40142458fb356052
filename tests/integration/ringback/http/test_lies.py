"""Receivers that lie, all at once on one loop: each is cut in its time and its bytes, and delays nobody else."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic

import pytest

from ringback.errors import AttemptFailed
from ringback.http.limits import Limits
from ringback.http.tls import tls_context
from ringback.models import Outcome
from tests.integration import misbehaviour
from tests.integration.certificates import Authority
from tests.integration.misbehaviour import (
    CHUNKED,
    HEAD,
    MEBIBYTE,
    answers_first,
    floods,
    resets,
    says_and_waits,
    trickles,
)
from tests.integration.receivers import Behaviour, Receiver
from tests.integration.ringback.http import tls_records
from tests.integration.ringback.http.tls_records import DATA, HANDSHAKE, Records, floods_records
from tests.integration.sending import SLACK, Sending
from tests.integration.sending import request as request_to

LIMITS = Limits(attempt=3, connect=2)
"""As in production but for the time."""

GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
BLOCK = b"x" * MEBIBYTE

TIMEOUT, PROTOCOL, TOO_LONG, TLS = Outcome.TIMEOUT, Outcome.PROTOCOL, Outcome.TOO_LONG, Outcome.TLS

PLAIN: dict[str, tuple[Behaviour, Outcome]] = {
    "is silent": (misbehaviour.never_answers, TIMEOUT),
    "reads nothing": (misbehaviour.never_reads, TIMEOUT),
    "a byte at a time: head": (trickles(b"HTTP/1.1 200 "), TIMEOUT),
    "a byte at a time: headers": (trickles(HEAD + b"X: "), TIMEOUT),
    "a byte at a time: informational": (trickles(b"", byte=b"HTTP/1.1 103 x\r\n\r\n"), TIMEOUT),
    "a byte at a time: body": (trickles(HEAD + b"Content-Length: 100000\r\n\r\n"), TIMEOUT),
    "a byte at a time: body without length": (trickles(HEAD + b"\r\n"), TIMEOUT),
    "a byte at a time: chunks": (trickles(CHUNKED, byte=b"1\r\nx\r\n"), TIMEOUT),
    "a byte at a time: trailers": (trickles(CHUNKED + b"0\r\nX: "), TIMEOUT),
    "no end: header": (floods(HEAD + b"X: ", BLOCK), TOO_LONG),
    "no end: header lines": (floods(HEAD, b"X: y\r\n" * 10_000), TOO_LONG),
    "no end: informational": (floods(b"", b"HTTP/1.1 103 x\r\n\r\n" * 10_000), TOO_LONG),
    "no end: lines without CR": (floods(b"HTTP/1.1 200 OK\n", b"X: y\n" * 10_000), TOO_LONG),
    "no end: body": (floods(HEAD + b"\r\n", BLOCK), TOO_LONG),
    "no end: chunks": (floods(CHUNKED, b"100000\r\n%b\r\n" % BLOCK), TOO_LONG),
    "no end: small chunks": (floods(CHUNKED, b"1\r\nx\r\n" * 10_000), TOO_LONG),
    "no end: chunk extension": (floods(CHUNKED + b"1;", BLOCK), TOO_LONG),
    "no end: trailer": (floods(CHUNKED + b"0\r\nX: ", BLOCK), TOO_LONG),
    "no end: trailers": (floods(CHUNKED + b"0\r\n", b"X: y\r\n" * 10_000), TOO_LONG),
    "says it is long": (says_and_waits(HEAD + b"Content-Length: 99999999\r\n\r\n"), TOO_LONG),
    "resets within the request": (resets(), PROTOCOL),
    "resets after the request": (resets(b""), PROTOCOL),
    "resets within the head": (resets(HEAD), PROTOCOL),
    "resets within the body": (resets(HEAD + b"Content-Length: 9\r\n\r\nhalf"), PROTOCOL),
    "resets within a chunk": (resets(CHUNKED + b"9\r\nhalf"), PROTOCOL),
    "two lengths": (says_and_waits(HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok"), PROTOCOL),
    "a length and chunks": (
        says_and_waits(HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
        PROTOCOL,
    ),
    "answers first": (answers_first(GOOD), Outcome.DELIVERED),
    "answers twice": (says_and_waits(GOOD + GOOD), Outcome.DELIVERED),
    "greets as SMTP does": (answers_first(b"220 mail ESMTP\r\n"), PROTOCOL),
    "a failure without end": (floods(b"HTTP/1.1 500 Oh\r\n\r\n", BLOCK), Outcome.STATUS),
    "gone, a byte at a time": (trickles(b"HTTP/1.1 410 Gone\r\n\r\n"), Outcome.GONE),
}
"""What they do over plain HTTP."""

BEFORE_TLS: dict[str, tuple[Behaviour, Outcome]] = {
    "shakes no hands": (misbehaviour.shakes_no_hands, TIMEOUT),
    "shakes hands slowly": (misbehaviour.shakes_hands_slowly, TIMEOUT),
    "speaks plain HTTP": (misbehaviour.speaks_plain_http, TLS),
    "resets the handshake": (resets(), TLS),
    "no end: hello requests": (misbehaviour.asks_for_hello, TLS),
}
"""What they do instead of a handshake."""


def _informational(records: Records) -> bytes:
    return b"".join(records.seal(DATA, bytes([byte])) for byte in b"HTTP/1.1 103 x\r\n\r\n")


RECORDS: dict[str, tuple[Callable[[Records], bytes], Outcome]] = {
    "tickets": (lambda records: records.seal(HANDSHAKE, tls_records.TICKET), TOO_LONG),
    "many tickets in each record": (lambda records: records.seal(HANDSHAKE, tls_records.TICKET * 900), TOO_LONG),
    "key updates": (lambda records: records.update_key(), TOO_LONG),
    "key updates that want another": (lambda records: records.update_key(tls_records.KEY_UPDATE_PLEASE), TOO_LONG),
    "empty records": (lambda records: records.seal(DATA, b""), TLS),
    "warnings": (lambda records: records.seal(tls_records.ALERT, tls_records.WARNING), TLS),
    "cipher changes": (lambda _: tls_records.CHANGE_CIPHER, TLS),
    "informational answers, a byte in each record": (_informational, TOO_LONG),
}
"""Records that they send without end, alone or behind a head."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    outcome: Outcome
    seconds: float


type Liars = dict[str, tuple[Receiver, str, Outcome]]
"""Each with the scheme that it is called by, and what is to come of it."""


@pytest.fixture
def plain_liars() -> Iterator[Liars]:
    with ExitStack() as stack:
        start = stack.enter_context
        yield {
            name: (start(Receiver(behaviour=behaviour)), "http", outcome)
            for name, (behaviour, outcome) in PLAIN.items()
        }


@pytest.fixture
def tls_liars(authority: Authority, tmp_path: Path) -> Iterator[Liars]:
    with ExitStack() as stack:
        start = stack.enter_context
        found = {
            name: (start(Receiver(behaviour=behaviour)), "https", outcome)
            for name, (behaviour, outcome) in BEFORE_TLS.items()
        }
        for name, (make, outcome) in RECORDS.items():
            for kind, head in (("", b""), (" behind a head", HEAD + b"\r\n")):
                secrets = tmp_path / f"{name}{kind}"
                context = authority.server("127.0.0.1")
                context.num_tickets, context.keylog_filename = 0, str(secrets)
                behaviour = floods_records(secrets, make, start=head)
                found[f"no end: {name}{kind}"] = (start(Receiver(behaviour=behaviour, tls=context)), "https", outcome)
        silent = Receiver(behaviour=misbehaviour.never_answers, tls=authority.server("127.0.0.1"))
        found["is silent after the handshake"] = (start(silent), "https", TIMEOUT)
        slow = authority.server("127.0.0.1")
        slow.set_ecdh_curve("ffdhe8192")
        found["wants long computations"] = (start(Receiver(tls=slow)), "https", TLS)
        for name, context in authority.bad_servers("127.0.0.1").items():
            found[f"certificate: {name}"] = (start(Receiver(tls=context)), "https", TLS)
        yield found


@pytest.mark.parametrize("liars", ["plain_liars", "tls_liars"])
def test_liars_are_cut_in_time_while_others_are_answered(
    liars: str, authority: Authority, request: pytest.FixtureRequest
) -> None:
    found: Liars = request.getfixturevalue(liars)
    sending = Sending(tls=lambda: tls_context(authority.file), limits=LIMITS)
    with Receiver() as plain, Receiver(tls=authority.server("127.0.0.1")) as secure:
        results, waits = asyncio.run(_meet(sending, found, [plain, secure]))

    expected = {name: outcome for name, (_, _, outcome) in found.items()}
    assert {name: result.outcome for name, result in results.items()} == expected
    assert max(result.seconds for result in results.values()) < LIMITS.attempt + SLACK
    assert max(receiver.sent for receiver, _, _ in found.values()) < 16 * MEBIBYTE  # what the sockets' buffers hold
    assert len(waits) > 20
    assert max(waits) < LIMITS.attempt


async def _meet(sending: Sending, liars: Liars, good: list[Receiver]) -> tuple[dict[str, Result], list[float]]:
    """What came of the liars, and how long each exchange with the *good* ones took meanwhile."""
    async with asyncio.TaskGroup() as group:
        tasks = {
            name: group.create_task(_result(sending, receiver, scheme)) for name, (receiver, scheme, _) in liars.items()
        }
        waits: list[float] = []
        while not all(task.done() for task in tasks.values()):
            for receiver in good:
                began = monotonic()
                answer = await sending.sender.send(request_to(receiver.url()), await sending.guard.vet(receiver.url()))
                assert answer.status == 200
                waits.append(monotonic() - began)
    sending.client.close()
    return {name: task.result() for name, task in tasks.items()}, waits


async def _result(sending: Sending, receiver: Receiver, scheme: str) -> Result:
    url = replace(receiver.url(), scheme=scheme)
    began = monotonic()
    try:
        body = bytes(16 * MEBIBYTE) if receiver.behaviour is misbehaviour.never_reads else b"{}"
        outcome = (await sending.sender.send(request_to(url, body), await sending.guard.vet(url))).outcome
    except AttemptFailed as failure:
        outcome = failure.outcome
    return Result(outcome=outcome, seconds=monotonic() - began)
