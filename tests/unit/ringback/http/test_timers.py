"""One timer ends everything that has to end."""

import asyncio

import pytest

from ringback.http.timers import Deadlines


class Member:
    def __init__(self) -> None:
        self.expired = asyncio.Event()

    def expire(self) -> None:
        self.expired.set()


@pytest.mark.parametrize("ends", [(0.01, 0.02), (0.02, 0.01)])
def test_each_ends_in_its_time(ends: tuple[float, float]) -> None:
    """In whatever order they come."""

    async def wait() -> None:
        loop = asyncio.get_running_loop()
        deadlines, members = Deadlines(loop), [Member(), Member()]
        began = loop.time()
        for member, seconds in zip(members, ends, strict=True):
            deadlines.add(member, began + seconds)
        for member, seconds in zip(members, ends, strict=True):
            await asyncio.wait_for(member.expired.wait(), 5)
            assert loop.time() >= began + seconds

    asyncio.run(wait())


def test_what_is_done_does_not_end() -> None:
    async def wait() -> None:
        loop = asyncio.get_running_loop()
        deadlines, done, late = Deadlines(loop), Member(), Member()
        deadlines.add(done, loop.time() + 0.01)
        deadlines.add(late, loop.time() + 0.02)
        deadlines.remove(done)
        await asyncio.wait_for(late.expired.wait(), 5)

        assert not done.expired.is_set()

    asyncio.run(wait())
