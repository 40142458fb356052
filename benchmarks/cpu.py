"""Measure the processor time of one delivery through the whole handler, against code that merely posts."""

import json
import socket
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from benchmarks.figures import Figure
from benchmarks.handler import Handler, deliver, posting, unheard
from benchmarks.servers import serving, share
from benchmarks.tls import trusted
from benchmarks.traffic import BATCH, HOSTS, Customers, body
from local.invocation import Context

RUNS = 9
BATCHES = 5
"""Batches of each contender in each run; contenders take turns, so that other load on the machine hits all alike."""

AT_ONCE = "answers at once"
OVER_TLS = "over TLS"
BY_TENS = "in batches of 10"
SMALLER = {BY_TENS: 10, "one by one": 1}
"""Messages of an invocation: with `Batching=prompt` ten at most, and one where they trickle in."""
FEWER = {"answers after 200 ms": 3}

HEADERS = {"User-Agent": "Benchmark/1.0", "Content-Type": "application/json"}

type Contender = Callable[[], None]
"""Makes the deliveries of one batch."""


def measure() -> list[Figure]:
    """Compare with `Session.post`, with the others beside it, then with slower answers and TLS."""
    hosts = [f"127.0.0.{host + 1}" for host in range(HOSTS)]
    with (
        trusted(hosts) as (certificate, bundle),
        serving("receiver") as receiver,
        serving("receiver", str(certificate)) as secure,
        serving("cloud") as cloud,
    ):
        traffic = _traffic(receiver.port, secure.port)
        for customers in traffic.values():
            cloud.ask("Store", list(customers.items()))
        urls = [traffic[AT_ONCE].url(place) for place in range(BATCH)]
        with deliver(cloud, authorities=bundle) as handler, unheard():
            contenders: dict[str, Contender] = {
                name: partial(_deliver, handler, customers) for name, customers in traffic.items()
            }
            contenders |= {
                name: partial(_deliver, handler, traffic[AT_ONCE], size=size) for name, size in SMALLER.items()
            }
            contenders |= {
                "raw socket": _raw(urls),
                "urllib3 pool": _pool(urls),
                "Session.post": keeping_session(urls),
                "requests.post": _plain(urls),
                "sequential handler": _sequential(traffic[AT_ONCE]),
            }
            spent: dict[str, list[float]] = {name: [] for name in contenders}
            busy: dict[str, list[float]] = {name: [] for name in contenders}
            for run in range(RUNS + 1):
                for name, contender in contenders.items():
                    with share(receiver) as shares:
                        microseconds = processor_time(contender, FEWER.get(name, BATCHES))
                    if run:  # the first run warms up
                        spent[name].append(microseconds)
                        busy[name] += shares
    ours = {name: spent.pop(name) for name in (*traffic, *SMALLER)}
    return [
        Figure(
            measurement=f"CPU per delivery, batches of {BATCH}, {HOSTS} hosts, keep-alive, 300 bytes",
            unit="µs",
            ours=ours[AT_ONCE],
            baselines=spent,
            against="Session.post",
            must=0.55,
            aim=0.45,
            note=f"the receiver's process used {max(busy[AT_ONCE]):.0%} of a core beside ours at most, "
            f"{max(busy['raw socket']):.0%} beside the raw socket loop",
        ),
        *(_beside(name, ours[name], ours[AT_ONCE]) for name in traffic if name != AT_ONCE),
        *(_smaller(name, ours[name], spent["Session.post"]) for name in SMALLER),
    ]


def _traffic(port: int, secure: int) -> dict[str, Customers]:
    """Return separate customers for each kind of receiver, by what it does."""
    return {
        AT_ONCE: Customers(many=HOSTS, port=port),
        "answers after 50 ms": Customers(many=HOSTS, first=1_000, port=port, target="/answer/50/2"),
        "answers after 200 ms": Customers(many=HOSTS, first=2_000, port=port, target="/answer/200/2"),
        OVER_TLS: Customers(many=HOSTS, first=3_000, port=secure, scheme="https"),
    }


def _beside(name: str, ours: list[float], at_once: list[float]) -> Figure:
    bounds = {"must": None, "aim": None} if name == OVER_TLS else {"must": 1.1, "aim": 1.05}
    return Figure(
        measurement=f"the same, {name}", unit="µs", ours=ours, baselines={AT_ONCE: at_once}, against=AT_ONCE, **bounds
    )


def _smaller(name: str, ours: list[float], post: list[float]) -> Figure:
    return Figure(
        measurement=f"CPU per delivery, {name}",
        unit="µs",
        ours=ours,
        baselines={"Session.post": post},
        against="Session.post",
    )


def _deliver(handler: Handler, customers: Customers, *, size: int = BATCH) -> None:
    for first in range(0, BATCH, size):
        _expect_none_back(handler(customers.batch(first, size), Context()))


def processor_time(contender: Callable[[], object], batches: int, size: int = BATCH) -> float:
    """Return the microseconds of processor time that each delivery takes in *batches* of *size*."""
    began = time.process_time()
    for _ in range(batches):
        contender()
    return (time.process_time() - began) / (batches * size) * 1e6


def _expect_none_back(answer: Mapping[str, Any]) -> None:
    if answer["batchItemFailures"]:
        raise AssertionError(answer)


def _raw(urls: list[str]) -> Contender:
    """Send as fast as Python can: ready bytes, open sockets, unread answers."""
    payload = body()
    sockets: dict[str, socket.socket] = {}
    for url in urls:
        parts = urlsplit(url)
        sockets[url] = sockets.get(url) or socket.create_connection((parts.hostname or "", parts.port or 80))
    head = f"POST /answer/0/2 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(payload)}\r\n\r\n".encode()

    def post() -> None:
        for url in urls:
            sockets[url].sendall(head + payload)
            sockets[url].recv(65_536)

    return post


def _pool(urls: list[str]) -> Contender:
    pool = urllib3.PoolManager(num_pools=2 * HOSTS)
    payload = body()

    def post() -> None:
        for url in urls:
            pool.request("POST", url, body=payload, headers=HEADERS, redirect=False, retries=False)

    return post


def keeping_session(urls: list[str]) -> Contender:
    """Post with enough pools; the default of 10 would make every delivery to 50 hosts a new connection."""
    session = requests.Session()
    session.mount("http://", HTTPAdapter(pool_connections=2 * HOSTS))
    payload = body()

    def post() -> None:
        for url in urls:
            session.post(url, data=payload, headers=HEADERS, timeout=15)

    return post


def _plain(urls: list[str]) -> Contender:
    payload = body()

    def post() -> None:
        for url in urls:
            requests.post(url, data=payload, headers=HEADERS, timeout=15)

    return post


def _sequential(customers: Customers) -> Contender:
    handler = posting(lambda message: customers.url(int(message["fonenumber"][3:])))
    return lambda: _expect_none_back(handler(json.loads(json.dumps(customers.batch())), Context()))
