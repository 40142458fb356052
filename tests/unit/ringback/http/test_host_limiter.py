"""How many attempts may be at one server at a time."""

import asyncio

import pytest

from ringback.errors import InfrastructureError, NoCapacity
from ringback.http.host_limiter import HostLimiter


def test_no_more_than_so_many_have_a_place() -> None:
    limiter, now, most = HostLimiter(3), 0, 0

    async def use() -> None:
        nonlocal now, most
        await limiter.acquire("a", wait=5)
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1
        limiter.release("a")

    asyncio.run(_all(*[use() for _ in range(12)]))

    assert (most, now) == (3, 0)


def test_who_comes_first_is_first() -> None:
    limiter, order = HostLimiter(1), list[int]()

    async def use(number: int) -> None:
        await limiter.acquire("a", wait=5)
        order.append(number)
        await asyncio.sleep(0)
        limiter.release("a")

    asyncio.run(_all(*[use(number) for number in range(5)]))

    assert order == list(range(5))


def test_who_finds_no_place_in_time_has_not_started() -> None:
    """It is put off: no attempt, and nobody's failure."""

    async def crowd() -> None:
        limiter = HostLimiter(1)
        await limiter.acquire("a:443", wait=0)
        with pytest.raises(NoCapacity, match=r"1 attempts are at a:443, and none ended within 0\.01 s"):
            await limiter.acquire("a:443", wait=0.01)
        limiter.release("a:443")
        await limiter.acquire("a:443", wait=0)

    asyncio.run(crowd())

    assert issubclass(NoCapacity, InfrastructureError)


def test_one_account_leaves_room_for_another() -> None:
    """Whatever its own attempts take there; two at their limit are as many as a server gets."""

    async def crowd() -> None:
        limiter = HostLimiter(2)
        for account in ("a", "a", "b", "b"):
            await limiter.acquire("server", account, wait=0)
        for account in ("a", "c"):
            with pytest.raises(NoCapacity):
                await limiter.acquire("server", account, wait=0)
        limiter.release("server", "b")
        with pytest.raises(NoCapacity):
            await limiter.acquire("server", "a", wait=0)
        await limiter.acquire("server", "c", wait=0)

    asyncio.run(crowd())


def test_accounts_that_wait_have_their_turns_one_after_the_other() -> None:
    """However many one of them has that came before."""
    limiter, order = HostLimiter(1), list[str]()

    async def use(account: str) -> None:
        await limiter.acquire("server", account, wait=5)
        order.append(account)
        await asyncio.sleep(0)
        limiter.release("server", account)

    async def crowd() -> None:
        for account in ("x", "y"):
            await limiter.acquire("server", account, wait=0)
        waiting = [asyncio.create_task(use(account)) for account in "aaaabbbcc"]
        await asyncio.sleep(0)
        for account in ("x", "y"):
            limiter.release("server", account)
        await asyncio.gather(*waiting)

    asyncio.run(crowd())

    assert "".join(order[:6]) == "abcabc"
    assert "".join(sorted(order)) == "aaaabbbcc"


def test_another_server_has_places_of_its_own() -> None:
    limiter = HostLimiter(1)

    asyncio.run(_all(*[limiter.acquire(server, wait=0) for server in ("a", "b", "c")]))


def test_a_place_that_comes_as_its_taker_gives_up_is_not_lost() -> None:
    """The next in line gets it."""

    async def give_up() -> None:
        limiter = HostLimiter(1)
        await limiter.acquire("a", wait=0)
        late, next_one = [asyncio.create_task(limiter.acquire("a", wait=5)) for _ in range(2)]
        await asyncio.sleep(0)
        limiter.release("a")
        late.cancel()
        await next_one

        assert late.cancelled()

    asyncio.run(give_up())


def test_nothing_is_kept_for_servers_that_nobody_uses() -> None:
    limiter = HostLimiter(1)

    async def use(number: int) -> None:
        for _ in range(2):
            await limiter.acquire(number % 20, str(number % 3), wait=5)
            await asyncio.sleep(0)
            limiter.release(number % 20, str(number % 3))

    asyncio.run(_all(*[use(number) for number in range(200)]))

    assert not limiter._taken  # noqa: SLF001 - memory is what this is about
    assert not limiter._owned  # noqa: SLF001
    assert not limiter._waiting  # noqa: SLF001


async def _all(*coroutines: "asyncio._CoroutineLike[None]") -> None:
    await asyncio.gather(*coroutines)
