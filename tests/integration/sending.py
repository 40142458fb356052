"""The real guard, transport and sender, allowed to call 127.0.0.1."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ssl import SSLContext

import pytest

from ringback.http.adapter import AddressedRequest, DeliveryAdapter
from ringback.http.client import HttpClient
from ringback.http.limits import Limits
from ringback.http.request import HttpRequest
from ringback.http.sender import HttpSender
from ringback.http.tls import tls_context
from ringback.models import AttemptResult, Url
from ringback.ssrf.guard import Guard, Target
from ringback.ssrf.rules import parse_networks
from tests.integration.certificates import Authority

HURRY = Limits(attempt=0.4, connect=0.25)
"""As in production but for the time: for receivers that use up all of it."""

SLACK = 1.5
"""Seconds that a busy machine may add."""

NOW = datetime(2026, 11, 23, 17, 36, tzinfo=UTC)
LOOPBACK = parse_networks("127.0.0.0/8, ::1")


type Headers = tuple[tuple[str, str], ...]


def request(url: Url, body: bytes | None = b'{"to":"3215551212"}', headers: Headers = ()) -> HttpRequest:
    """A POST of *body*, or a GET where that is None."""
    method = "POST" if body is not None else "GET"
    return HttpRequest(method=method, url=url, headers=(("User-Agent", "Ringback/1.0"), *headers), body=body)


@dataclass(kw_only=True)
class Sending:
    """Everything between a rendered request and its answer."""

    tls: Callable[[], SSLContext]
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        self.guard = Guard(LOOPBACK)
        self.forgotten: list[str] = []
        self.client = HttpClient(self.limits, tls=self.tls)
        self.adapter = DeliveryAdapter(self.client)
        self.sender = HttpSender(self.client, now=lambda: NOW, forget=self.forgotten.append)

    def send(
        self, url: Url, *, body: bytes | None = b'{"to":"3215551212"}', headers: Headers = (), slot_wait: float = 5
    ) -> AttemptResult:
        """One attempt."""
        return self.send_made(request(url, body, headers), wait=slot_wait)

    def send_made(self, request: HttpRequest, *, wait: float = 5) -> AttemptResult:
        """One attempt with a request that is made already, from whatever thread."""
        return self.client.wait_for(self._sent(request, wait))

    async def exchange(self, url: Url, *, wait: float = 5) -> AttemptResult:
        """One attempt, on the loop that runs."""
        return await self._sent(request(url), wait)

    def send_to(self, url: Url, *addresses: str) -> AttemptResult:
        """One attempt, where *url* resolves to *addresses*."""
        target = Target(scheme=url.scheme, host=url.host, port=url.port, addresses=addresses)
        return self.client.wait_for(self.sender.send(request(url), target))

    def addressed(self, url: Url) -> AddressedRequest:
        """A request for the adapter itself."""
        return AddressedRequest(request(url), self.client.wait_for(self.guard.vet(url)))

    async def _sent(self, request: HttpRequest, wait: float) -> AttemptResult:
        return await self.sender.send(request, await self.guard.vet(request.url), wait=wait)


@pytest.fixture
def sending(authority: Authority) -> Iterator[Sending]:
    """A sender that trusts the tests' authority alone."""
    sending = Sending(tls=lambda: tls_context(authority.file))
    yield sending
    sending.client.close()


@pytest.fixture
def hurried(authority: Authority) -> Iterator[Sending]:
    """The same, in a hurry."""
    sending = Sending(tls=lambda: tls_context(authority.file), limits=HURRY)
    yield sending
    sending.client.close()
