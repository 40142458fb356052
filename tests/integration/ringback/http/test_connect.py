"""Opening connections: addresses that refuse or are silent, and TLS."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep

import pytest

from ringback.errors import AttemptFailed
from ringback.http import connect as connect_module
from ringback.http.tls import default_authorities, tls_context
from ringback.models import Outcome
from tests.integration import misbehaviour
from tests.integration.certificates import Authority, PlainAuthority
from tests.integration.receivers import Behaviour, Receiver
from tests.integration.sending import HURRY, SLACK, Sending


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port on which every address of 127.0.0.0/8 takes no connection and refuses none."""
    with ExitStack() as sockets:
        listener = sockets.enter_context(socket.create_server(("0.0.0.0", 0), backlog=0))  # noqa: S104
        port: int = listener.getsockname()[1]
        for _ in range(4):  # the queue of a listener that never accepts is full soon
            waiting = sockets.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(("127.0.0.1", port))
        yield port


@pytest.fixture
def free_port() -> int:
    """A port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_an_address_that_refuses_is_followed_by_the_next(receiver: Receiver, sending: Sending) -> None:
    refusing = [f"127.0.1.{number}" for number in range(1, 20)]
    began = monotonic()

    assert sending.send_to(receiver.url(), *refusing, "127.0.0.1").status == 200
    assert monotonic() - began < connect_module.STAGGER


def test_a_silent_address_is_overtaken(silent_port: int, sending: Sending, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its share of the connect time is a fraction: the next one is tried beside it."""
    monkeypatch.setattr(connect_module, "STAGGER", 0.02)
    with Receiver(address="::1") as receiver:
        monkeypatch.setattr(socket.socket, "connect_ex", _redirected(receiver.port, silent_port))

        assert sending.send_to(receiver.url(), "127.0.0.1", "127.0.0.2", "::1").status == 200


def _redirected(port: int, silent_port: int) -> Callable[[socket.socket, tuple[str, int]], int]:
    connect_ex = socket.socket.connect_ex

    def connect(sock: socket.socket, address: tuple[str, int]) -> int:
        host, given = address
        assert given == port
        return connect_ex(sock, (host, port if ":" in host else silent_port))

    return connect


def test_twenty_silent_addresses_take_no_longer_than_one(silent_port: int, hurried: Sending) -> None:
    with Receiver() as receiver:
        url = replace(receiver.url(), port=silent_port)
    began = monotonic()

    with pytest.raises(AttemptFailed) as raised:
        hurried.send_to(url, *[f"127.0.0.{number}" for number in range(1, 21)])

    assert monotonic() - began < HURRY.connect + SLACK
    assert raised.value.outcome is Outcome.CONNECT
    assert raised.value.detail.startswith(f"no connection to 127.0.0.1:{silent_port} within 0.25 s (nor to")
    assert hurried.forgotten == ["127.0.0.1"]


def test_a_connection_that_comes_in_the_last_moment_counts(receiver: Receiver) -> None:
    """Where the processor was busy, both are there at once: the connection, and the end of its time."""

    async def connect() -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(sleep, 0.02)
        sock = await connect_module.open_socket(["127.0.0.1"], receiver.port, until=loop.time() + 0.01, seconds=0.01)
        sock.close()

    asyncio.run(connect())


def test_a_refused_connection_says_by_whom(free_port: int, receiver: Receiver, sending: Sending) -> None:
    with pytest.raises(AttemptFailed) as raised:
        sending.send(replace(receiver.url(), port=free_port))

    assert raised.value.outcome is Outcome.CONNECT
    assert raised.value.detail == f"connection refused by 127.0.0.1:{free_port}"


def test_the_lookups_time_is_the_attempts(receiver: Receiver, hurried: Sending) -> None:
    """What a slow name server used up is not given a second time."""
    request = hurried.addressed(receiver.url())
    request.target = replace(request.target, seconds=HURRY.attempt)

    with pytest.raises(AttemptFailed) as raised:
        hurried.adapter.send(request)

    assert raised.value.outcome is Outcome.CONNECT


def test_a_good_certificate_is_accepted(secure_receiver: Receiver, sending: Sending) -> None:
    answer = sending.send(secure_receiver.url())

    assert answer.outcome is Outcome.DELIVERED
    assert secure_receiver.received[0].headers["host"] == f"localhost:{secure_receiver.port}"


def test_a_certificate_may_be_for_an_address(sending: Sending, authority: Authority) -> None:
    with Receiver(tls=authority.server("127.0.0.1")) as receiver:
        assert sending.send(receiver.url()).status == 200


def test_a_host_may_end_in_a_dot(secure_receiver: Receiver, sending: Sending) -> None:
    """The root's dot belongs to the look-up, not to the certificate."""
    url = replace(secure_receiver.url(), host="localhost.")

    assert sending.send_to(url, "127.0.0.1").status == 200


@pytest.mark.parametrize(
    ("names", "expired", "detail"),
    [
        (["localhost"], True, "certificate refused: certificate has expired"),
        (["other.example"], False, "certificate refused: Hostname mismatch"),
        (["127.0.0.1"], False, "certificate refused: Hostname mismatch"),
    ],
)
def test_a_bad_certificate_is_refused(
    sending: Sending, authority: Authority, names: list[str], detail: str, *, expired: bool
) -> None:
    with Receiver(tls=authority.server(*names, expired=expired), host="localhost") as receiver:
        with pytest.raises(AttemptFailed) as raised:
            sending.send(receiver.url())

        assert raised.value.outcome is Outcome.TLS
        assert raised.value.detail.startswith(detail)
        assert receiver.received == []


def test_an_unknown_authority_is_refused(secure_receiver: Receiver) -> None:
    """Those that come with `requests` are trusted, and nobody else."""
    with pytest.raises(AttemptFailed, match="certificate refused: unable to get local issuer certificate") as raised:
        Sending(tls=tls_context).send(secure_receiver.url())

    assert raised.value.outcome is Outcome.TLS
    assert secure_receiver.received == []


@pytest.mark.parametrize(
    ("behaviour", "outcome", "detail"),
    [
        (misbehaviour.speaks_plain_http, Outcome.TLS, "TLS handshake failed: wrong version number"),
        (misbehaviour.closes_at_once, Outcome.TLS, "TLS handshake failed"),
        (misbehaviour.shakes_hands_slowly, Outcome.TIMEOUT, "TLS handshake not complete within 0.25 s of connecting"),
        (misbehaviour.never_reads, Outcome.TIMEOUT, "TLS handshake not complete within 0.25 s of connecting"),
    ],
)
def test_no_handshake_is_a_failed_attempt(
    receiver: Receiver, hurried: Sending, behaviour: Behaviour, outcome: Outcome, detail: str
) -> None:
    receiver.behaviour = behaviour
    began = monotonic()

    with pytest.raises(AttemptFailed) as raised:
        hurried.send(replace(receiver.url(), scheme="https"))

    assert monotonic() - began < HURRY.connect + SLACK
    assert raised.value.outcome is outcome
    assert raised.value.detail.startswith(detail)


def test_the_context_requires_certificates_and_a_recent_tls() -> None:
    context = tls_context()

    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_an_answer_that_comes_with_the_handshake_is_read(
    receiver: Receiver, hurried: Sending, authority: Authority
) -> None:
    """A server that is busy says so before it has read anything; nothing more comes to tell of it."""
    answer = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
    receiver.behaviour = misbehaviour.answers_with_the_handshake(answer, authority.server("127.0.0.1"))

    assert hurried.send(replace(receiver.url(), scheme="https")).status == 503


def test_every_root_of_the_bundle_is_trusted() -> None:
    """Some have no key identifiers: strict checks would refuse what they issue."""
    context = tls_context()

    assert len(context.get_ca_certs()) == Path(default_authorities()).read_text("utf-8").count("BEGIN CERTIFICATE")
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT


def test_a_root_without_key_identifiers_is_trusted(plain_authority: PlainAuthority) -> None:
    sending = Sending(tls=lambda: tls_context(plain_authority.file))
    with Receiver(tls=plain_authority.server("localhost"), host="localhost") as receiver:
        assert sending.send(receiver.url()).status == 200
    sending.client.close()


def test_no_server_chooses_a_prime_for_us() -> None:
    """Computing with a long one takes half a second, in which nothing else runs."""
    offered = {str(cipher["name"]) for cipher in tls_context().get_ciphers()}

    assert {name.split("-")[0] for name in offered if not name.startswith("TLS_")} == {"ECDHE"}


def test_http_1_1_is_what_we_say_we_speak(secure_receiver: Receiver, sending: Sending) -> None:
    """Servers that know HTTP/2 choose by that, and some hang up on who says nothing."""
    chosen: list[str | None] = []

    def behaviour(receiver: Receiver, sock: socket.socket) -> None:
        assert isinstance(sock, ssl.SSLSocket)
        chosen.append(sock.selected_alpn_protocol())
        misbehaviour.closes_after_each(receiver, sock)

    assert secure_receiver.tls is not None
    secure_receiver.tls.set_alpn_protocols(["h2", "http/1.1"])
    secure_receiver.behaviour = behaviour
    sending.send(secure_receiver.url())

    assert chosen == ["http/1.1"]
