"""One timer for many tasks whose time ends at the same moment."""

import asyncio

import pytest

from ringback.http.timers import SharedTimeout


async def outcome(until: SharedTimeout, seconds: float) -> str:
    try:
        with until:
            await asyncio.sleep(seconds)
    except TimeoutError:
        return "timed out"
    return "done"


def test_whoever_is_not_done_in_time_times_out() -> None:
    """Who was done before is left alone."""

    async def run() -> list[str]:
        until = SharedTimeout(0.05)
        return list(await asyncio.gather(outcome(until, 0), outcome(until, 60), outcome(until, 60)))

    assert asyncio.run(run()) == ["done", "timed out", "timed out"]


def test_a_task_goes_on_after_its_time_out() -> None:
    """It was not cancelled for anybody else."""

    async def run() -> str:
        how = await outcome(SharedTimeout(0), 60)
        await asyncio.sleep(0)
        return how

    assert asyncio.run(run()) == "timed out"


def test_who_comes_too_late_does_not_begin() -> None:
    async def run() -> str:
        until = SharedTimeout(0)
        await asyncio.sleep(0.001)
        return await outcome(until, 0)

    assert asyncio.run(run()) == "timed out"


def test_a_task_that_somebody_cancels_ends_as_such() -> None:
    async def run() -> None:
        until = SharedTimeout(60)
        task = asyncio.create_task(outcome(until, 60))
        await asyncio.sleep(0)
        task.cancel()
        until.close()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(run())


def test_cancelled_by_both_it_is_cancelled() -> None:
    """A batch that is given up has no use for a time-out."""

    async def run() -> None:
        until = SharedTimeout(0)
        task = asyncio.create_task(outcome(until, 60))
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_soon(task.cancel)
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(run())


def test_a_closed_one_ends_nobody() -> None:
    async def run() -> str:
        until = SharedTimeout(0)
        until.close()
        return await outcome(until, 0.01)

    assert asyncio.run(run()) == "done"
