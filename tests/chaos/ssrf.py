"""Nothing is connected to but what was judged: every form of a special address, names, redirects, rebinding.

Python's own audit says what is connected to, so that no stand-in can be fooled.
"""

import asyncio
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import cycle
from typing import Any

from ringback.callbacks.url import parse_url
from ringback.errors import AttemptFailed, InvalidSetting
from ringback.http.client import HttpClient
from ringback.http.limits import Limits
from ringback.http.request import HttpRequest
from ringback.http.sender import HttpSender
from ringback.models import Url
from ringback.ssrf.guard import Guard
from ringback.ssrf.rules import parse_networks
from tests.chaos.forms import STATUSES, special_addresses, urls
from tests.chaos.ledger import Verdict
from tests.chaos.rows import Row
from tests.chaos.size import Size
from tests.integration.receivers import Receiver

ALLOWED = "127.0.0.2"
"""Stands for a public address; everything else is what it is."""

_watched: list[list[Any]] = []
"""Where the addresses go that are connected to, the last one first; empty while nobody wants to know."""


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and _watched:
        _watched[-1].append(arguments[1])


@cache
def _listen() -> None:
    """Hear of all connections from now on; a hook cannot be taken back."""
    sys.addaudithook(_audit)


@dataclass(slots=True, kw_only=True)
class Sender:
    """What sends, with a resolver that says what a trial wants."""

    answers: Callable[[str], Sequence[str]]
    now: float = 0.0
    asked: list[str] = field(default_factory=list)
    """Names that were looked up."""
    guard: Guard = field(init=False)
    http: HttpSender = field(init=False)
    _client: HttpClient = field(init=False)

    def __post_init__(self) -> None:
        self.guard = Guard(parse_networks(ALLOWED), resolve=self._resolve, clock=lambda: self.now)
        self._client = HttpClient(Limits(attempt=2, connect=1))
        self.http = HttpSender(self._client, now=lambda: datetime.now(UTC), forget=self.guard.forget)

    async def send(self, url: Url) -> str:
        """What came of one attempt."""
        request = HttpRequest(method="POST", url=url, headers=(), body=b"{}")
        try:
            return str((await self.http.send(request, await self.guard.vet(url))).outcome)
        except AttemptFailed as failure:
            return str(failure.outcome)

    def close(self) -> None:
        """Close its connections; the loop that they belong to runs."""
        self._client.close()

    def _resolve(self, host: str, *_: object, **__: object) -> list[tuple[Any, ...]]:
        self.asked.append(host)
        found = self.answers(host)
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "not known")
        family = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(family[":" in one], socket.SOCK_STREAM, 6, "", (one, 0)) for one in found]


def run(_: Size) -> Row:
    """Try all, whatever the size is: it takes seconds."""
    _listen()
    row = Row(name="ssrf", what="")
    with Receiver(address="127.0.0.1") as inside, Receiver(address=ALLOWED) as outside:
        counts = {
            "forms of URLs": _forms(row, inside),
            "answers of name servers": _names(row, inside),
            "redirects": _redirects(row, inside, outside),
            "names that are bound again": _rebinding(row, outside),
        }
        if inside.connections:
            row.red.append(f"{inside.connections} connections came to a receiver that nobody may call")
            row.held -= 1
    row.what = ", ".join(f"{count} {what}" for what, count in counts.items())
    return row


def _trial(
    row: Row, name: str, sender: Sender, attempt: Callable[[], Awaitable[object]], allowed: frozenset[Any]
) -> None:
    """Count one trial: whatever it does, it connects to nothing but *allowed*."""
    connected: list[Any] = []
    _watched.append(connected)
    began = time.monotonic()
    verdict = Verdict()
    try:
        asyncio.run(_awaited(sender, attempt))
    except InvalidSetting:
        pass  # refused when it is set
    finally:
        _watched.pop()
    row.took(time.monotonic() - began)
    verdict.wrong = [f"connected to {one}" for one in connected if tuple(one)[:2] not in allowed]
    if allowed and not connected:
        verdict.wrong.append("the audit saw no connection, not even the one that is allowed")
    row.add(name, verdict)


async def _awaited(sender: Sender, attempt: Callable[[], Awaitable[object]]) -> None:
    try:
        await attempt()
    finally:
        sender.close()


def _forms(row: Row, inside: Receiver) -> int:
    found = urls(inside.port)
    for url in found:
        sender = Sender(answers=_as_the_system_does)

        async def attempt(sender: Sender = sender, url: str = url) -> None:
            await sender.send(parse_url(url))

        _trial(row, url, sender, attempt, frozenset())
    return len(found)


def _names(row: Row, inside: Receiver) -> int:
    tries = 0
    for address in special_addresses():
        for answer in ([address], [ALLOWED, address], [address, ALLOWED]):
            sender = Sender(answers=lambda _, answer=answer: answer)  # type: ignore[misc]

            async def attempt(sender: Sender = sender) -> None:
                await sender.send(_url("special.example", inside.port))

            _trial(row, f"a name that leads to {answer}", sender, attempt, frozenset())
            tries += 1
    return tries


def _redirects(row: Row, inside: Receiver, outside: Receiver) -> int:
    paths = [url for url in urls(inside.port) if url.isascii() and url.isprintable()]
    tries = 0
    for number, place in enumerate(paths):
        outside.status = STATUSES[number % len(STATUSES)]
        outside.headers = {"Location": place, "Refresh": f"0; url={place}", "Alt-Svc": f'h2="127.0.0.1:{inside.port}"'}
        sender = Sender(answers=_as_the_system_does)

        async def attempt(sender: Sender = sender) -> None:
            await sender.send(_url(ALLOWED, outside.port))

        _trial(row, f"a redirect ({outside.status}) to {place}", sender, attempt, frozenset({(ALLOWED, outside.port)}))
        tries += 1
    outside.status, outside.headers = 200, {}
    return tries


def _rebinding(row: Row, outside: Receiver) -> int:
    """A name that is good when it is judged, and leads elsewhere whenever it is asked again."""
    tries = 0
    for address in special_addresses():
        turns = cycle([ALLOWED, address])
        sender = Sender(answers=lambda _, turns=turns: [next(turns)])  # type: ignore[misc]
        outcomes: list[str] = []

        async def attempt(sender: Sender = sender, outcomes: list[str] = outcomes) -> None:
            for _ in range(4):
                outcomes.append(await sender.send(_url("rebound.example", outside.port)))
                sender.now += 60  # what was known is believed no longer

        _trial(
            row,
            f"a name that leads to {address} every other time",
            sender,
            attempt,
            frozenset({(ALLOWED, outside.port)}),
        )
        if outcomes != ["delivered", "special_address"] * 2:
            row.red.append(f"{address} every other time: {outcomes}")
            row.held -= 1
        tries += 1
    return tries


def _url(host: str, port: int) -> Url:
    return Url(scheme="http", authority=f"{host}:{port}", host=host, port=port, target="/")


def _as_the_system_does(host: str) -> Sequence[str]:
    """The addresses of what is one in numbers; no name is looked up outside of this machine."""
    if any(character.isalpha() for character in host) and not host.lower().startswith("0x"):
        return ["127.0.0.1"]  # the worst that a name can lead to
    try:
        return [str(one[4][0]) for one in socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)]
    except (OSError, UnicodeError):
        return []
