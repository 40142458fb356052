"""Measure the processor time of the first delivery to a new HTTPS host."""

import asyncio
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import requests
import trustme

from benchmarks.figures import Figure
from benchmarks.servers import serving
from benchmarks.traffic import body
from ringback.callbacks.url import parse_url
from ringback.http.client import HttpClient
from ringback.http.request import HttpRequest
from ringback.http.sender import HttpSender
from ringback.http.tls import default_authorities, tls_context
from ringback.ssrf.guard import Guard
from ringback.ssrf.rules import parse_networks

RUNS = 9
HOSTS = 20
"""New hosts in each run."""


def measure() -> list[Figure]:
    """Compare with a plain `Session`; each host is new for both."""
    hosts = [f"127.0.{run}.{host + 1}" for run in range(RUNS + 1) for host in range(HOSTS)]
    with trusted(hosts) as (certificate, bundle), serving("receiver", str(certificate)) as receiver:
        ours: list[float] = []
        plain: list[float] = []
        for run in range(RUNS + 1):
            urls = [f"https://127.0.{run}.{host + 1}:{receiver.port}/answer/0/2" for host in range(HOSTS)]
            for spent, first in ((ours, _ours), (plain, _plain)):
                milliseconds = first(urls, bundle)
                if run:
                    spent.append(milliseconds)
    return [
        Figure(
            measurement="CPU of the first delivery to a new HTTPS host",
            unit="ms",
            ours=ours,
            baselines={"Session.post": plain},
            against="Session.post",
            must=0.07,
            aim=0.05,
            note="the real CA bundle with one authority more; the context, made once, is not in it",
        )
    ]


def _ours(urls: list[str], bundle: Path) -> float:
    guard = Guard(parse_networks("127.0.0.0/8"))
    context = tls_context(str(bundle))
    client = HttpClient(tls=lambda: context)
    sender = HttpSender(client, now=lambda: datetime.now(UTC), forget=guard.forget)

    async def send() -> None:
        for text in urls:
            url = parse_url(text)
            request = HttpRequest(method="POST", url=url, headers=(("User-Agent", "Benchmark/1.0"),), body=body())
            await sender.send(request, await guard.vet(url))

    with asyncio.Runner() as runner:
        runner.run(asyncio.sleep(0))  # creates its loop
        began = time.process_time()
        runner.run(send())
        spent = time.process_time() - began
        client.close()
    return spent / len(urls) * 1000


def _plain(urls: list[str], bundle: Path) -> float:
    with requests.Session() as session:
        began = time.process_time()
        for url in urls:
            session.post(url, data=body(), verify=str(bundle), timeout=15)
        return (time.process_time() - began) / len(urls) * 1000


@contextmanager
def trusted(names: Sequence[str]) -> Iterator[tuple[Path, Path]]:
    """Create a certificate with its key for all of *names*, and the CA bundle that trusts it."""
    authority = trustme.CA()
    with tempfile.TemporaryDirectory() as folder:
        certificate, bundle = Path(folder, "server.pem"), Path(folder, "bundle.pem")
        authority.issue_cert(*names).private_key_and_cert_chain_pem.write_to_path(certificate)
        trusted = Path(default_authorities()).read_bytes()
        bundle.write_bytes(trusted + b"\n" + authority.cert_pem.bytes())
        yield certificate, bundle
