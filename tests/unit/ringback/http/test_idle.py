"""Connections that wait for the next request."""

from collections.abc import Callable
from typing import override

import pytest

from ringback.http.connection import Connection, Server
from ringback.http.idle import IdleConnections
from ringback.http.limits import Limits

HERE = Server("https", "hooks.example", 443)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Fake(Connection):
    """A connection without a socket."""

    is_dropped = False
    is_closed = False

    def __init__(self, server: Server = HERE, *, opened: float = 1000.0) -> None:
        self.server = server
        self.opened = opened
        self.idle_since = opened

    @property
    @override
    def dropped(self) -> bool:
        return self.is_dropped

    @override
    def rest(self, dropped: Callable[[Connection], object]) -> None:
        self.drop = dropped

    @override
    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def idle(clock: Clock) -> IdleConnections:
    return IdleConnections(Limits(idle=55, age=300, idle_connections=3), clock=clock)


def test_a_connection_is_used_again_for_the_same_server_alone(idle: IdleConnections) -> None:
    connection = Fake()
    idle.give(connection)

    assert idle.take(HERE._replace(scheme="http")) is None
    assert idle.take(HERE._replace(host="other.example")) is None
    assert idle.take(HERE._replace(port=8443)) is None
    assert idle.take(HERE) is connection
    assert idle.take(HERE) is None


def test_the_last_used_is_taken_first(idle: IdleConnections) -> None:
    """So that those that are not needed grow old."""
    first, second = Fake(), Fake()
    idle.give(first)
    idle.give(second)

    assert idle.take(HERE) is second
    assert idle.take(HERE) is first


@pytest.mark.parametrize(("idle_for", "opened", "usable"), [(55, 1000, True), (56, 1000, False), (1, 650, False)])
def test_old_connections_are_closed(
    idle: IdleConnections, clock: Clock, idle_for: float, opened: float, *, usable: bool
) -> None:
    connection = Fake(opened=opened)
    idle.give(connection)
    clock.now += idle_for

    assert (idle.take(HERE) is connection) is usable
    assert connection.is_closed is not usable


def test_dropped_connections_are_passed_over(idle: IdleConnections) -> None:
    good, dropped = Fake(), Fake()
    dropped.is_dropped = True
    idle.give(good)
    idle.give(dropped)

    assert idle.take(HERE) is good
    assert dropped.is_closed


def test_one_that_is_dropped_while_it_waits_is_forgotten(idle: IdleConnections) -> None:
    dropped = Fake()
    idle.give(dropped)
    dropped.drop(dropped)

    assert idle.take(HERE) is None


def test_only_so_many_are_kept(idle: IdleConnections) -> None:
    """The longest unused goes, whichever server it is to."""
    connections = [Fake(HERE._replace(host=host)) for host in ("a", "b", "a", "c")]
    for connection in connections:
        idle.give(connection)

    assert [connection.is_closed for connection in connections] == [True, False, False, False]
    assert idle.take(connections[0].server) is connections[2]
    assert idle.take(connections[0].server) is None


def test_closing_closes_all_of_them(idle: IdleConnections) -> None:
    connections = [Fake(), Fake(HERE._replace(host="b"))]
    for connection in connections:
        idle.give(connection)

    idle.close()

    assert all(connection.is_closed for connection in connections)
    assert idle.take(HERE) is None


@pytest.mark.parametrize(("host", "text"), [("hooks.example", "hooks.example:443"), ("::1", "[::1]:443")])
def test_a_server_is_written_as_in_a_url(host: str, text: str) -> None:
    assert str(HERE._replace(host=host)) == text
