"""One function over many things side by side; results come in groups, as they are ready."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from threading import Barrier, Event, Lock

GROUP = 25
"""Results handed on together: what one BatchWriteItem takes."""

LINGER_SECONDS = 0.05
"""How long a group waits for one more result before it is handed on as it is."""


def crew(threads: int) -> ThreadPoolExecutor:
    """A pool whose *threads* are all there from the start.

    One that starts them as it needs them counts those that are idle, and can count one that has just taken the next
    thing: a later thing would then wait behind an endpoint that hangs, for want of a thread that was never started.
    """
    pool = ThreadPoolExecutor(threads)
    all_there = Barrier(threads + 1)
    for _ in range(threads):
        pool.submit(all_there.wait)
    all_there.wait()
    return pool


def in_groups[Thing, Result](
    pool: Executor, function: Callable[[Thing], Result], things: Sequence[Thing]
) -> Iterator[list[tuple[Thing, Result | Exception]]]:
    """Yield each of *things* with what *function* made of it, or the exception that it raised."""
    work = _Work(pool, function, things)
    waiting = len(things)
    while waiting:
        group = work.take(min(GROUP, waiting))
        waiting -= len(group)
        yield group


class _Work[Thing, Result]:
    """Things to do, for as many threads as are blocked at a time, and one more.

    A thread that is done takes the next thing itself: handing each thing to a thread of its own cost more CPU than
    sending it, where receivers answer at once.
    """

    def __init__(self, pool: Executor, function: Callable[[Thing], Result], things: Sequence[Thing]) -> None:
        self._pool = pool
        self._function = function
        self._things = deque(things)
        self._results: deque[tuple[Thing, Result | Exception]] = deque()
        self._enough = Event()
        self._wanted = 0
        self._spare = False
        """Whether a thread was asked for that has not started yet."""
        self._lock = Lock()
        self._ask_for_thread()

    def take(self, most: int) -> list[tuple[Thing, Result | Exception]]:
        """*most* results, or those that there are when none has come for a while; at least one."""
        self._wanted, known = most, 0
        while len(self._results) < most and (not known or known < len(self._results)):
            known = len(self._results)
            self._enough.wait(LINGER_SECONDS)
            self._enough.clear()
        return [self._results.popleft() for _ in range(min(most, len(self._results)))]

    def _ask_for_thread(self) -> None:
        with self._lock:
            if self._spare or not self._things:
                return
            self._spare = True
        self._pool.submit(self._run)

    def _run(self) -> None:
        with self._lock:
            self._spare = False
        while self._things:
            try:
                thing = self._things.popleft()
            except IndexError:  # another thread was quicker
                return
            self._ask_for_thread()  # runs as soon as this one blocks
            self._results.append((thing, self._result(thing)))
            if len(self._results) >= self._wanted:
                self._enough.set()

    def _result(self, thing: Thing) -> Result | Exception:
        try:
            return self._function(thing)
        except Exception as error:  # noqa: BLE001 - carried to the one place that decides what an error leads to
            return error
