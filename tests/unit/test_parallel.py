"""Many things side by side."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from deliver.parallel import GROUP, crew, in_groups


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """One for all groups of a test."""
    with crew(60) as pool:
        yield pool


def test_everything_comes_back_once(pool: ThreadPoolExecutor) -> None:
    """In groups of what one write takes, with what it became."""
    groups = list(in_groups(pool, lambda number: number * 2, range(60)))

    assert sorted(result for group in groups for result in group) == [(n, n * 2) for n in range(60)]
    assert max(map(len, groups)) <= GROUP


def test_what_is_ready_does_not_wait_for_what_hangs(pool: ThreadPoolExecutor) -> None:
    """59 are handed on while one is still under way."""
    release = Event()
    groups = in_groups(pool, lambda number: release.wait(10) if number == 7 else True, range(60))

    ready: set[int] = set()
    while len(ready) < 59:
        ready |= {number for number, _ in next(groups)}
    release.set()

    assert ready == set(range(60)) - {7}
    assert [number for number, _ in next(groups)] == [7]


def test_what_is_ready_does_not_wait_although_the_pool_has_miscounted(pool: ThreadPoolExecutor) -> None:
    """Python's pool can take a thread for idle that is not, and starts none then."""
    pool.submit(abs, 1).result()
    pool._idle_semaphore.release(60)  # noqa: SLF001 - what that race leaves behind
    release = Event()
    groups = in_groups(pool, lambda number: release.wait(2) if number == 0 else True, range(5))

    ready: set[int] = set()
    while len(ready) < 4:
        ready |= {number for number, _ in next(groups)}
        assert 0 not in ready
    release.set()
    assert [number for number, _ in next(groups)] == [0]


def test_an_error_comes_back_with_what_it_happened_to(pool: ThreadPoolExecutor) -> None:
    """The others are not concerned."""
    groups = in_groups(pool, lambda number: 1 // number, [0, 1])

    results = {number: result for group in groups for number, result in group}
    assert isinstance(results[0], ZeroDivisionError)
    assert results[1] == 1


def test_nothing_is_no_work(pool: ThreadPoolExecutor) -> None:
    """A batch can be all dead letters."""
    assert list(in_groups(pool, abs, [])) == []
