"""Measure the processor time of sending alone: guard and client, keep-alive, on one loop, against code that posts."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.cpu import keeping_session, processor_time
from benchmarks.figures import Figure
from benchmarks.servers import serving
from benchmarks.tls import trusted
from benchmarks.traffic import BATCH, HOSTS, body
from ringback.callbacks.url import parse_url
from ringback.http.client import HttpClient
from ringback.http.request import HttpRequest
from ringback.http.sender import HttpSender
from ringback.http.tls import tls_context
from ringback.models import AttemptResult
from ringback.ssrf.guard import Guard
from ringback.ssrf.rules import parse_networks

RUNS = 9
MILLISECONDS = (0, 50, 200)
BATCHES = {0: 10, 50: 3, 200: 2}
"""Batches in each run, by how long the answers take."""

POSTS = {0: 50, 50: 20, 200: 10}
"""Posts of a run, one after the other, by how long their answers take."""

HEADERS = (
    ("User-Agent", "Benchmark/1.0"),
    ("Accept", "*/*"),
    ("Content-Type", "application/json"),
    ("webhook-id", "msg_000000000000000000000000"),
    ("webhook-timestamp", "1795000000"),
    ("webhook-signature", f"v1,{'A' * 43}="),
)


def measure() -> list[Figure]:
    """Compare plain HTTP with `Session.post`, and TLS with plain; all take turns."""
    hosts = [f"127.0.0.{host + 1}" for host in range(HOSTS)]
    with (
        trusted(hosts) as (certificate, bundle),
        serving("receiver") as plain,
        serving("receiver", str(certificate)) as secure,
        _client(bundle) as client,
    ):
        posts = {
            milliseconds: keeping_session(
                [f"http://{host}:{plain.port}/answer/{milliseconds}/2" for host in hosts[:few]]
            )
            for milliseconds, few in POSTS.items()
        }
        posted: dict[int, list[float]] = {}
        spent: dict[tuple[str, int], list[float]] = {}
        for run in range(RUNS + 1):
            for scheme, port in (("http", plain.port), ("https", secure.port)):
                for milliseconds in MILLISECONDS:
                    targets = [f"{scheme}://{host}:{port}/answer/{milliseconds}/2" for host in hosts]
                    requests = [_request(targets[place % HOSTS]) for place in range(BATCH)]
                    microseconds = processor_time(lambda: client.send(requests), BATCHES[milliseconds])  # noqa: B023
                    if run:
                        spent.setdefault((scheme, milliseconds), []).append(microseconds)
            for milliseconds, post in posts.items():
                microseconds = processor_time(post, 1, POSTS[milliseconds])
                if run:
                    posted.setdefault(milliseconds, []).append(microseconds)
    return [
        *(_plain(milliseconds, spent["http", milliseconds], posted[milliseconds]) for milliseconds in MILLISECONDS),
        *(
            _tls(milliseconds, spent["https", milliseconds], spent["http", milliseconds])
            for milliseconds in MILLISECONDS
        ),
    ]


def _plain(milliseconds: int, ours: list[float], posted: list[float]) -> Figure:
    return Figure(
        measurement=f"CPU of sending alone, batches of {BATCH}, {HOSTS} hosts, answers after {milliseconds} ms",
        unit="µs",
        ours=ours,
        baselines={"Session.post": posted},
        against="Session.post",
        must=0.10,
        aim=0.06,
        note="guard and client with rendered requests, a task for each; Session.post is answered after the same time",
    )


def _tls(milliseconds: int, ours: list[float], plain: list[float]) -> Figure:
    return Figure(
        measurement=f"the same over TLS, answers after {milliseconds} ms",
        unit="µs",
        ours=ours,
        baselines={"plain": plain},
        against="plain",
        must=1.8,
        aim=1.5,
    )


def _request(url: str) -> HttpRequest:
    return HttpRequest(method="POST", url=parse_url(url), headers=HEADERS, body=body())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Client:
    runner: asyncio.Runner
    guard: Guard
    sender: HttpSender

    def send(self, requests: Sequence[HttpRequest]) -> None:
        """Send all of them at once."""
        self.runner.run(self._all(requests))

    async def _all(self, requests: Sequence[HttpRequest]) -> None:
        answers = await asyncio.gather(*map(self._one, requests))
        if any(answer.status != 200 for answer in answers):  # noqa: PLR2004 - what the receiver says
            raise AssertionError(answers)

    async def _one(self, request: HttpRequest) -> AttemptResult:
        return await self.sender.send(request, await self.guard.vet(request.url))


@contextmanager
def _client(bundle: Path) -> Iterator[_Client]:
    guard = Guard(parse_networks("127.0.0.0/8"))
    client = HttpClient(tls=lambda: tls_context(str(bundle)))
    sender = HttpSender(client, now=lambda: datetime.now(UTC), forget=guard.forget)
    with asyncio.Runner() as runner:
        yield _Client(runner=runner, guard=guard, sender=sender)
        client.close()
