"""What an attempt may use."""

from ringback.http.limits import Limits


def test_the_bounds_of_an_attempt() -> None:
    """The customers' documentation has the same figures."""
    limits = Limits()

    assert (limits.attempt, limits.connect) == (15, 5)
    assert (limits.head, limits.body, limits.excerpt) == (65_536, 1_048_576, 1024)
    assert limits.connections_per_server == 10


def test_idle_connections_leave_room_for_a_batch() -> None:
    """Of Lambda's 1,024 file descriptors a batch needs one for each of 100 attempts, and as many for AWS."""
    assert Limits().idle_connections + 2 * 100 < 1024 / 2


def test_idle_connections_end_before_load_balancers_close_theirs() -> None:
    assert Limits().idle < 60
