"""Signals of the test's own process, each raised by the test."""

import signal
from collections.abc import Iterator

import pytest

from local.signals import ASKED_TO_END, in_order


@pytest.fixture(params=ASKED_TO_END, ids=lambda asked: asked.name)
def asked(request: pytest.FixtureRequest) -> Iterator[signal.Signals]:
    """Such a signal; what reaches the test's process itself is an error instead of its end."""
    number: signal.Signals = request.param
    before = signal.signal(number, _unheeded)
    yield number
    signal.signal(number, before)


def _unheeded(*_: object) -> None:
    raise AssertionError("the process would have ended at once")


def put_in_order(asked: signal.Signals, *, again: tuple[signal.Signals, ...] = ()) -> tuple[list[str], object]:
    """What a block got done after it had been *asked* to end, and *again* meanwhile; and its status."""
    done: list[str] = []

    def work() -> None:
        with in_order():
            try:
                signal.raise_signal(asked)
            finally:
                for other in again:
                    signal.raise_signal(other)
                done.append("put in order")

    with pytest.raises(SystemExit) as ended:
        work()
    return done, ended.value.code


def test_a_block_that_is_asked_to_end_puts_things_in_order_first(asked: signal.Signals) -> None:
    assert put_in_order(asked) == (["put in order"], 128 + asked)


def test_to_be_asked_again_does_not_keep_it_from_doing_so(asked: signal.Signals) -> None:
    """A terminal that is closed tells make and what make runs, and make tells it again."""
    assert put_in_order(asked, again=ASKED_TO_END) == (["put in order"], 128 + asked)


def test_what_is_ignored_stays_ignored(asked: signal.Signals) -> None:
    """As under nohup."""
    signal.signal(asked, signal.SIG_IGN)

    with in_order():
        signal.raise_signal(asked)


def test_behind_the_block_all_is_as_before(asked: signal.Signals) -> None:
    with in_order():
        pass

    assert signal.getsignal(asked) is _unheeded
