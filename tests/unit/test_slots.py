"""How many attempts may be at one server at a time."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier, Lock
from time import sleep

import pytest

from ringback.errors import OurFault
from ringback.slots import NotStarted, Slots


def test_no_more_than_so_many_hold_a_slot() -> None:
    slots, lock, at_once, most = Slots(3), Lock(), 0, 0
    start = Barrier(12)

    def hold() -> None:
        nonlocal at_once, most
        start.wait(5)
        with slots.hold("a", wait=5):
            with lock:
                at_once += 1
                most = max(most, at_once)
            sleep(0.005)
            with lock:
                at_once -= 1

    with ThreadPoolExecutor(12) as pool:
        for done in [pool.submit(hold) for _ in range(12)]:
            done.result()

    assert most == 3


def test_who_finds_no_slot_in_time_has_not_started() -> None:
    """It goes back to the queue: no attempt, and nobody's failure."""
    slots = Slots(1)
    with slots.hold("a:443", wait=0):
        waiting = slots.hold("a:443", wait=0.01)
        with pytest.raises(NotStarted, match="1 attempts are at a:443"):
            waiting.__enter__()

    assert issubclass(NotStarted, OurFault)


def test_another_server_has_slots_of_its_own() -> None:
    slots = Slots(1)
    with ExitStack() as held:
        for server in ("a", "b", "c"):
            held.enter_context(slots.hold(server, wait=0))


def test_a_slot_is_free_again_after_an_error() -> None:
    slots = Slots(1)
    with pytest.raises(KeyError), slots.hold("a", wait=0):
        raise KeyError

    with slots.hold("a", wait=0):
        pass


def test_nothing_is_kept_for_servers_that_nobody_uses() -> None:
    slots = Slots(1)
    for number in range(1000):
        with slots.hold(number, wait=0):
            pass

    assert not slots._places  # noqa: SLF001 - memory is what this is about
