"""Results of tasks, in groups."""

import asyncio

from deliver.results import GROUP, LINGER_SECONDS, ResultGroups


def test_everything_comes_back_once() -> None:
    """In groups that fill whole writes, but for the last."""

    async def double(number: int) -> int:
        return number * 2

    async def run() -> list[list[int]]:
        groups: ResultGroups[int] = ResultGroups(at_once=200)
        for number in range(60):
            groups.start(double(number))
        return [group async for group in groups]

    groups = asyncio.run(run())

    assert sorted(result for group in groups for result in group) == [number * 2 for number in range(60)]
    assert all(len(group) % GROUP == 0 for group in groups[:-1])


def test_what_is_ready_does_not_wait_for_what_hangs() -> None:
    """59 are handed on while one is still under way."""

    async def run() -> list[list[int]]:
        release = asyncio.Event()

        async def wait(number: int) -> int:
            if number == 7:
                await release.wait()
            return number

        groups: ResultGroups[int] = ResultGroups(at_once=200)
        for number in range(60):
            groups.start(wait(number))
        seen: list[list[int]] = []
        async for group in groups:
            seen.append(group)
            if sum(map(len, seen)) == 59:
                release.set()
        return seen

    groups = asyncio.run(asyncio.wait_for(run(), 10))

    assert groups[-1] == [7]


def test_a_small_group_lingers_for_what_comes_soon_after_it() -> None:
    """Three results a moment apart are one write; one much later is another."""

    async def run() -> list[list[float]]:
        async def after(seconds: float) -> float:
            await asyncio.sleep(seconds)
            return seconds

        groups: ResultGroups[float] = ResultGroups(at_once=200)
        for part in (0, 0.1, 0.2, 4):
            groups.start(after(part * LINGER_SECONDS))
        return [group async for group in groups]

    assert list(map(len, asyncio.run(run()))) == [3, 1]


def test_a_group_whose_taker_is_slow_grows() -> None:
    """What has come meanwhile is written together."""

    async def run() -> list[int]:
        async def number(number: int) -> int:
            await asyncio.sleep(0 if number < GROUP else 0.01)
            return number

        groups: ResultGroups[int] = ResultGroups(at_once=200)
        for one in range(4 * GROUP):
            groups.start(number(one))
        sizes = []
        async for group in groups:
            sizes.append(len(group))
            await asyncio.sleep(0.1)
        return sizes

    assert asyncio.run(run()) == [GROUP, 3 * GROUP]


def test_nothing_is_no_work() -> None:
    """A batch can be all dead letters."""

    async def run() -> list[list[int]]:
        groups: ResultGroups[int] = ResultGroups(at_once=200)
        return [group async for group in groups]

    assert asyncio.run(run()) == []


def test_what_nobody_waits_for_any_more_is_ended() -> None:
    async def run() -> bool:
        ended = asyncio.Event()

        async def hang() -> None:
            try:
                await asyncio.sleep(60)
            finally:
                ended.set()

        groups: ResultGroups[None] = ResultGroups(at_once=200)
        groups.start(hang())
        await asyncio.sleep(0)
        groups.cancel()
        await asyncio.wait_for(ended.wait(), 1)
        return True

    assert asyncio.run(run())


def test_no_more_run_at_once_than_may() -> None:
    """The others begin as the first ones end, and none is lost."""
    running, most = 0, 0

    async def work(number: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.001)
        running -= 1
        return number

    async def run() -> list[int]:
        groups: ResultGroups[int] = ResultGroups(at_once=3)
        for number in range(20):
            groups.start(work(number))
        return [result async for group in groups for result in group]

    assert sorted(asyncio.run(run())) == list(range(20))
    assert most == 3


def test_what_has_not_begun_never_does_once_nobody_waits() -> None:
    async def run() -> list[str]:
        begun: list[str] = []

        async def work(name: str) -> None:
            begun.append(name)
            await asyncio.sleep(60)

        groups: ResultGroups[None] = ResultGroups(at_once=1)
        groups.start(work("first"))
        groups.start(work("second"))
        await asyncio.sleep(0)
        groups.cancel()
        await asyncio.sleep(0)
        return begun

    assert asyncio.run(run()) == ["first"]
