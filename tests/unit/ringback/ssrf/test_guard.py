"""The SSRF guard judges every address that a host resolves to."""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from ringback.errors import AttemptFailed
from ringback.models import Outcome, Url
from ringback.ssrf import guard as guarding
from ringback.ssrf.guard import KNOWN_SECONDS, LOOKUP_SECONDS, Guard, Target
from ringback.ssrf.rules import parse_networks


@dataclass
class Names:
    """A resolver that knows *names*, and counts who asked."""

    names: dict[str, Sequence[str]]
    asked: list[str] = field(default_factory=list)

    def __call__(self, host: str, _port: object, **_: object) -> list[tuple[Any, Any, Any, str, tuple[Any, ...]]]:
        self.asked.append(host)
        if host not in self.names:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(None, None, None, "", (address, 0)) for address in self.names[host]]


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def url(host: str, port: int = 443) -> Url:
    return Url(scheme="https", authority=host, host=host, port=port, target="/hook?secret=1")


def vet(guard: Guard, url: Url) -> Target:
    return asyncio.run(guard.vet(url))


def guard(*addresses: str) -> Guard:
    return Guard(resolve=Names({"hooks.example": addresses}))


def test_a_target_has_every_judged_address_in_order() -> None:
    target = vet(guard("2606:4700:4700::1111", "1.1.1.1", "1.1.1.1"), url("hooks.example", 8443))

    assert target.addresses == ("2606:4700:4700::1111", "1.1.1.1")
    assert (target.scheme, target.host, target.port) == ("https", "hooks.example", 8443)


def test_a_mapped_address_is_dialled_as_what_was_judged() -> None:
    assert vet(guard("::ffff:1.1.1.1"), url("hooks.example")).addresses == ("1.1.1.1",)


@pytest.mark.parametrize("bad", ["127.0.0.1", "fe80::1", "fe80::1%eth0", "::ffff:169.254.169.254"])
def test_one_bad_address_refuses_the_target(bad: str) -> None:
    """Until the name resolves to good ones alone: its record may be mended while the delivery is retried."""
    for addresses in [("1.1.1.1", bad), (bad, "1.1.1.1")]:
        with pytest.raises(AttemptFailed) as raised:
            vet(guard(*addresses), url("hooks.example"))

        assert raised.value.outcome is Outcome.SPECIAL_ADDRESS
        assert raised.value.detail.startswith(f"hooks.example: {bad} ")
        assert "secret" not in raised.value.detail


@pytest.mark.parametrize(
    "host",
    [
        *("0", "127.1", "0.0.0.0", "2130706433", "3232235521", "2852039166", "0xc0a80101", "0x7f000001"),  # noqa: S104
        *("0251.00376.000251.0000376", "0251.254.169.254", "0177.0.0.1", "::", "0:0:0:0:0:ffff:127.0.0.1"),
        *("fd00:ec2::254", "localhost", "127。0。0。1", "①②⑦.⓪.⓪.①", "127.0.0.1", "::1", "::1%lo"),
        "0000:0000:0000:0000:0000:ffff:7f00:0001",
    ],
)
def test_no_spelling_of_a_bad_address_passes(host: str) -> None:
    """With the real resolver, which takes all of them for addresses; no URL that is not ASCII can be set."""
    with pytest.raises(AttemptFailed) as raised:
        vet(Guard(), url(host))

    assert raised.value.outcome is (Outcome.REFUSED if host.isascii() else Outcome.SPECIAL_ADDRESS)


@pytest.mark.parametrize("port", [80, 443, 1024, 8443, 65_535])
def test_web_ports_and_free_ports_may_be_called(port: int) -> None:
    assert vet(guard("1.1.1.1"), url("hooks.example", port)).port == port


@pytest.mark.parametrize("port", [0, 22, 25, 81, 442, 444, 1023, 65_536])
def test_other_ports_are_refused_without_a_lookup(port: int) -> None:
    names = Names({"hooks.example": ["1.1.1.1"]})

    with pytest.raises(AttemptFailed, match=f"port {port} of hooks.example; allowed are 80, 443, and 1024") as raised:
        vet(Guard(resolve=names), url("hooks.example", port))

    assert raised.value.outcome is Outcome.REFUSED
    assert names.asked == []


def test_a_host_that_does_not_exist_is_a_failed_lookup() -> None:
    with pytest.raises(AttemptFailed, match=r"other\.example was not resolved: Name or service not known") as raised:
        vet(guard("1.1.1.1"), url("other.example"))

    assert raised.value.outcome is Outcome.DNS


def test_a_setting_allows_networks() -> None:
    vetted = vet(Guard(parse_networks("127.0.0.0/8")), url("127.0.0.1", 8080))

    assert vetted.addresses == ("127.0.0.1",)


def test_a_burst_to_one_host_costs_one_lookup() -> None:
    """An answer is believed for a few seconds, on all its ports, then asked for again."""
    names, clock = Names({"hooks.example": ["1.1.1.1"]}), Clock()
    guard = Guard(resolve=names, clock=clock)
    for port in (443, 8443, 443):
        vet(guard, url("hooks.example", port))
    assert len(names.asked) == 1

    clock.now += KNOWN_SECONDS + 0.1
    vet(guard, url("hooks.example"))

    assert len(names.asked) == 2


def test_a_host_that_turns_bad_is_refused_once_it_is_looked_up_again() -> None:
    """DNS rebinding changes nothing: what was judged is what is dialled."""
    names, clock = Names({"hooks.example": ["1.1.1.1"]}), Clock()
    guard = Guard(resolve=names, clock=clock)
    assert vet(guard, url("hooks.example")).addresses == ("1.1.1.1",)
    names.names["hooks.example"] = ["127.0.0.1"]

    assert vet(guard, url("hooks.example")).addresses == ("1.1.1.1",)
    guard.forget("hooks.example")

    with pytest.raises(AttemptFailed, match="loopback"):
        vet(guard, url("hooks.example"))


def test_only_so_many_hosts_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that was known longest goes first."""
    monkeypatch.setattr(guarding, "KNOWN_HOSTS", 2)
    names = Names({"a.example": ["1.1.1.1"], "b.example": ["1.1.1.1"], "c.example": ["1.1.1.1"]})
    guard = Guard(resolve=names)
    for host in ("a.example", "b.example", "c.example", "b.example", "a.example"):
        vet(guard, url(host))

    assert names.asked == ["a.example", "b.example", "c.example", "a.example"]


def test_the_lookup_counts_as_the_attempts_time() -> None:
    clock = Clock()

    def slow(*_: object, **__: object) -> list[tuple[Any, Any, Any, str, tuple[Any, ...]]]:
        clock.now += 3
        return [(None, None, None, "", ("1.1.1.1", 0))]

    guard = Guard(resolve=slow, clock=clock)

    assert vet(guard, url("hooks.example")).seconds == 3
    assert vet(guard, url("hooks.example")).seconds == 0


def test_a_lookup_may_take_five_seconds() -> None:
    assert LOOKUP_SECONDS == 5
