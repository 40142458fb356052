"""One function over many things side by side; results come in groups, as they are ready."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from queue import Empty, SimpleQueue

GROUP = 25
"""Results handed on together: what one BatchWriteItem takes."""

LINGER_SECONDS = 0.05
"""How long a group waits for one more result before it is handed on as it is."""


def in_groups[Thing, Result](
    pool: Executor, function: Callable[[Thing], Result], things: Sequence[Thing]
) -> Iterator[list[tuple[Thing, Result | Exception]]]:
    """Yield each of *things* with what *function* made of it, or the exception that it raised."""
    done: SimpleQueue[tuple[Thing, Result | Exception]] = SimpleQueue()

    def run(thing: Thing) -> None:
        try:
            done.put((thing, function(thing)))
        except Exception as error:  # noqa: BLE001 - carried to the one place that decides what an error leads to
            done.put((thing, error))

    for thing in things:
        pool.submit(run, thing)
    waiting = len(things)
    while waiting:
        group = [done.get()]
        with suppress(Empty):
            while len(group) < min(GROUP, waiting):
                group.append(done.get(timeout=LINGER_SECONDS))
        waiting -= len(group)
        yield group
