"""Connections: made, kept, dropped, shared out."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from time import monotonic

import pytest

from local.demo.receiver import read_request
from ringback.errors import AttemptFailed, NoCapacity
from ringback.http.connection import Connection, Server
from ringback.http.limits import Limits
from ringback.http.tls import tls_context
from ringback.models import Outcome
from tests.integration.certificates import Authority
from tests.integration.misbehaviour import closes_after_each, never_answers
from tests.integration.receivers import Receiver, behaves, wait_until
from tests.integration.sending import HURRY, SLACK, Sending


@pytest.mark.parametrize("name", ["receiver", "secure_receiver"])
def test_a_connection_is_used_again(name: str, sending: Sending, request: pytest.FixtureRequest) -> None:
    receiver: Receiver = request.getfixturevalue(name)

    for _ in range(5):
        sending.send(receiver.url())

    assert len(receiver.received) == 5
    assert receiver.connections == 1


@pytest.mark.parametrize("headers", [{"Connection": "close"}, {"Transfer-Encoding": "identity"}])
def test_a_connection_that_ends_with_the_answer_is_not(
    receiver: Receiver, sending: Sending, headers: dict[str, str]
) -> None:
    receiver.behaviour, receiver.headers = closes_after_each, headers

    for _ in range(2):
        assert sending.send(receiver.url()).excerpt == "ok"

    assert receiver.connections == 2


@pytest.mark.parametrize("name", ["receiver", "secure_receiver"])
def test_a_connection_that_was_dropped_is_replaced(name: str, sending: Sending, request: pytest.FixtureRequest) -> None:
    """A server that restarts costs no attempt."""
    receiver: Receiver = request.getfixturevalue(name)
    sending.send(receiver.url())
    receiver.drop_connections()

    assert sending.send(receiver.url()).status == 200
    assert receiver.connections == 2


@pytest.mark.parametrize(("said", "dropped"), [(None, False), (b"", True), (b"HTTP/1.1 408 Too Slow", True)])
def test_a_connection_is_dropped_once_the_server_ends_it_or_speaks(said: bytes | None, *, dropped: bool) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        if said is not None:
            theirs.sendall(said)
            theirs.shutdown(socket.SHUT_WR)

        assert asyncio.run(_is_dropped(ours)) is dropped


async def _is_dropped(sock: socket.socket) -> bool:
    sock.settimeout(0)
    connection = Connection(sock, Server("http", "hooks.example", 80), opened=0, limits=Limits())
    is_dropped = connection.dropped
    connection.close()
    return is_dropped


@pytest.mark.parametrize("name", ["receiver", "secure_receiver"])
def test_a_connection_that_died_while_nothing_ran_is_noticed(
    name: str, sending: Sending, request: pytest.FixtureRequest
) -> None:
    """A frozen execution environment runs no loop; the next invocation does not send into a closed connection."""
    receiver: Receiver = request.getfixturevalue(name)
    with asyncio.Runner() as runner:
        first = runner.run(sending.exchange(receiver.url()))
        receiver.drop_connections()
        wait_until(lambda: receiver.open == 0)
        second = runner.run(sending.exchange(receiver.url()))
        third = runner.run(sending.exchange(receiver.url()))
        sending.client.close()

    assert [first.status, second.status, third.status] == [200, 200, 200]
    assert [len(receiver.received), receiver.connections] == [3, 2]


def test_words_that_came_while_nothing_ran_are_no_answer(receiver: Receiver, sending: Sending) -> None:
    """They would be taken for the answer to the next request."""
    said = Event()

    def behaviour(receiver: Receiver, sock: socket.socket) -> None:
        read_request(sock)
        sock.sendall(receiver.answer())
        if receiver.connections == 1:
            said.wait(5)
            sock.sendall(b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n")
            said.clear()
        receiver.stopped.wait()

    receiver.behaviour = behaviour
    with asyncio.Runner() as runner:
        runner.run(sending.exchange(receiver.url()))
        said.set()
        wait_until(lambda: not said.is_set())

        assert runner.run(sending.exchange(receiver.url())).status == 200
        sending.client.close()


def test_who_gives_up_leaves_nothing_behind(receiver: Receiver, sending: Sending) -> None:
    """Its turn is the next one's, and its connection is closed: an answer may still come on it."""
    receiver.behaviour = never_answers

    async def give_up() -> int:
        attempts = [asyncio.create_task(sending.exchange(receiver.url())) for _ in range(25)]
        await asyncio.to_thread(wait_until, lambda: receiver.connections == 10)
        for attempt in attempts:
            attempt.cancel()
        await asyncio.gather(*attempts, return_exceptions=True)
        receiver.behaviour = behaves
        return (await sending.exchange(receiver.url(), wait=0)).status or 0

    with asyncio.Runner() as runner:
        assert runner.run(give_up()) == 200
        sending.client.close()


def test_each_loop_has_connections_of_its_own(receiver: Receiver, sending: Sending) -> None:
    """Those of a loop that has ended are closed."""
    for _ in range(3):
        assert asyncio.run(sending.exchange(receiver.url())).status == 200
    assert sending.send(receiver.url()).status == 200

    wait_until(lambda: receiver.open == 1)
    assert receiver.connections == 4


def test_a_connection_that_closes_as_it_is_reused_is_replaced(receiver: Receiver, sending: Sending) -> None:
    """The server's idle time ended while the request was on its way."""

    def behaviour(receiver: Receiver, sock: socket.socket) -> None:
        read_request(sock)
        sock.sendall(receiver.answer())
        read_request(sock)

    receiver.behaviour = behaviour

    for _ in range(3):
        assert sending.send(receiver.url()).status == 200
    assert receiver.connections == 3


def test_a_new_connection_that_closes_is_a_failed_attempt(receiver: Receiver, sending: Sending) -> None:
    """Once is enough: a receiver that always closes must not be called for ever."""

    def behaviour(receiver: Receiver, sock: socket.socket) -> None:
        read_request(sock)
        if receiver.connections == 1:
            sock.sendall(receiver.answer())
            read_request(sock)

    receiver.behaviour = behaviour
    sending.send(receiver.url())

    with pytest.raises(AttemptFailed, match="connection lost before an answer") as raised:
        sending.send(receiver.url())

    assert raised.value.outcome is Outcome.PROTOCOL
    assert receiver.connections == 2


def test_a_reused_connection_that_hangs_is_not_tried_twice(receiver: Receiver, hurried: Sending) -> None:
    """The receiver may be at work on the first."""

    def behaviour(receiver: Receiver, sock: socket.socket) -> None:
        read_request(sock)
        sock.sendall(receiver.answer())
        read_request(sock)
        receiver.stopped.wait()

    receiver.behaviour = behaviour
    hurried.send(receiver.url())
    began = monotonic()

    with pytest.raises(AttemptFailed, match="no answer within"):
        hurried.send(receiver.url())

    assert monotonic() - began < HURRY.attempt + SLACK
    assert receiver.connections == 1


def test_an_answer_to_nothing_is_never_taken_for_one(receiver: Receiver, sending: Sending) -> None:
    """A second answer behind the first would go to another customer's request."""

    def behaviour(receiver: Receiver, sock: socket.socket) -> None:
        read_request(sock)
        sock.sendall(receiver.answer() + b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n")
        receiver.stopped.wait()

    receiver.behaviour = behaviour

    assert [sending.send(receiver.url()).status for _ in range(2)] == [200, 200]
    assert receiver.connections == 2


def test_a_batch_shares_few_connections(receiver: Receiver, sending: Sending) -> None:
    """100 attempts by 100 threads: never more than 10 at one server, and nobody goes without."""
    with ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(lambda _: sending.send(receiver.url()), range(100)))

    assert {answer.status for answer in answers} == {200}
    assert receiver.connections <= 10


def test_who_waits_for_a_slot_in_vain_has_not_started(receiver: Receiver, sending: Sending) -> None:
    """Waiting is not the attempt's time, and no attempt."""
    begun, finish = Barrier(11), Event()

    def behaviour(receiver: Receiver, sock: socket.socket) -> None:
        read_request(sock)
        begun.wait(5)
        finish.wait(5)
        sock.sendall(receiver.answer())

    receiver.behaviour = behaviour
    with ThreadPoolExecutor(10) as pool:
        first = [pool.submit(sending.send, receiver.url()) for _ in range(10)]
        begun.wait(5)

        with pytest.raises(NoCapacity, match="10 attempts are at"):
            sending.send(receiver.url(), slot_wait=0.01)
        finish.set()

        assert {attempt.result().status for attempt in first} == {200}
    assert receiver.connections == 10


def test_nothing_a_session_passes_loosens_the_rules(sending: Sending, authority: Authority) -> None:
    """`verify=False` included."""
    with Receiver(tls=authority.server("other.example"), host="localhost") as receiver:
        request = sending.addressed(receiver.url())

        with pytest.raises(AttemptFailed) as raised:
            sending.adapter.send(request, stream=False, timeout=None, verify=False, cert=None, proxies={})

    assert raised.value.outcome is Outcome.TLS


def test_an_answer_is_one_of_requests(receiver: Receiver, sending: Sending) -> None:
    receiver.headers = {"X-Answer": "42"}

    response = sending.adapter.send(sending.addressed(receiver.url()))

    assert (response.status_code, response.reason, response.text) == (200, "Whatever", "ok")
    assert response.headers["x-answer"] == "42"
    assert response.url == receiver.text_url


def test_one_context_serves_all_connections(authority: Authority) -> None:
    """It is made when it is first needed, whoever comes first."""
    made = 0

    def context() -> object:
        nonlocal made
        made += 1
        return tls_context(authority.file)

    sending = Sending(tls=context)  # type: ignore[arg-type]  # made at run time alone
    with Receiver(tls=authority.server("localhost"), host="localhost") as receiver, ThreadPoolExecutor(8) as pool:
        assert made == 0
        list(pool.map(lambda _: sending.send(receiver.url()), range(8)))
        sending.client.close()

    assert made == 1
