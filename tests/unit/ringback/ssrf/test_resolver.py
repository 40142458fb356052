"""Looking up hosts never waits longer than told."""

import asyncio
from collections.abc import Iterator
from threading import Event
from time import monotonic
from typing import Any

import pytest

from ringback.errors import AttemptFailed, NoCapacity
from ringback.models import Outcome
from ringback.ssrf.resolver import Resolver


class Names:
    """A resolver whose look-ups of `slow…` hosts hang until they are let go."""

    def __init__(self) -> None:
        self.let_go = Event()
        self.asked: list[str] = []

    def __call__(self, host: str, *_: object, **__: object) -> list[tuple[Any, Any, Any, str, tuple[Any, ...]]]:
        self.asked.append(host)
        if host.startswith("slow"):
            self.let_go.wait(10)
        if host.startswith("none"):
            return []
        return [(None, None, None, "", ("1.1.1.1", 0))]


def addresses(resolver: Resolver, host: str) -> tuple[str, ...]:
    return asyncio.run(resolver.addresses(host))


@pytest.fixture
def names() -> Iterator[Names]:
    names = Names()
    yield names
    names.let_go.set()


def test_a_lookup_that_hangs_ends_in_time_and_delays_no_other(names: Names) -> None:
    resolver = Resolver(resolve=names, timeout=0.1)
    began = monotonic()

    with pytest.raises(AttemptFailed, match=r"slow\.example was not resolved within 0\.1 s") as raised:
        addresses(resolver, "slow.example")

    assert raised.value.outcome is Outcome.DNS
    assert addresses(resolver, "fast.example") == ("1.1.1.1",)
    assert monotonic() - began < 1


def test_those_who_ask_for_the_same_host_share_a_lookup(names: Names) -> None:
    """A host whose name server hangs holds one thread, however many attempts go to it."""
    resolver = Resolver(resolve=names, timeout=0.1)

    async def ask() -> list[object]:
        attempts = (resolver.addresses("slow.example") for _ in range(20))
        return list(await asyncio.gather(*attempts, return_exceptions=True))

    assert [type(answer) for answer in asyncio.run(ask())] == [AttemptFailed] * 20
    assert names.asked == ["slow.example"]


def test_a_later_lookup_asks_again(names: Names) -> None:
    resolver = Resolver(resolve=names, timeout=5)
    addresses(resolver, "fast.example")
    addresses(resolver, "fast.example")

    assert names.asked == ["fast.example", "fast.example"]


def test_too_many_hanging_lookups_start_nothing(names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    """That is for want of room on our side, and no attempt."""
    monkeypatch.setattr("ringback.ssrf.resolver.MAX_LOOKUPS", 2)
    resolver = Resolver(resolve=names, timeout=0.01)
    for host in ("slow1.example", "slow2.example"):
        with pytest.raises(AttemptFailed):
            addresses(resolver, host)

    with pytest.raises(NoCapacity, match="2 look-ups are under way"):
        addresses(resolver, "fast.example")


def test_an_address_is_not_looked_up(names: Names) -> None:
    resolver = Resolver(resolve=names, timeout=5)

    assert addresses(resolver, "1.1.1.1") == ("1.1.1.1",)
    assert addresses(resolver, "2606:4700::1111") == ("2606:4700::1111",)
    assert names.asked == []


@pytest.mark.parametrize("host", ["none.example", "a..b.example", "x" * 64 + ".example"])
def test_a_host_without_an_address_is_a_failed_lookup(host: str, names: Names) -> None:
    def resolve(host: str, *rest: object, **options: object) -> list[tuple[Any, Any, Any, str, tuple[Any, ...]]]:
        host.encode("idna")  # as getaddrinfo does
        return names(host, *rest, **options)

    with pytest.raises(AttemptFailed) as raised:
        addresses(Resolver(resolve=resolve, timeout=5), host)

    assert raised.value.outcome is Outcome.DNS
    assert host in raised.value.detail


def test_an_error_of_the_resolver_is_a_failed_lookup() -> None:
    def broken(*_: object, **__: object) -> list[tuple[Any, Any, Any, str, tuple[Any, ...]]]:
        raise OSError(24, "Too many open files")

    with pytest.raises(AttemptFailed, match="Too many open files") as raised:
        addresses(Resolver(resolve=broken, timeout=5), "hooks.example")

    assert raised.value.outcome is Outcome.DNS
