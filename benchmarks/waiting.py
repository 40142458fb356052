"""Measure the processor time of a delivery that is held behind an open breaker, against one that arrives."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.figures import Figure
from benchmarks.handler import Handler, deliver, unheard
from benchmarks.servers import serving
from benchmarks.traffic import BATCH, HOSTS, Customers
from local.invocation import Context

RUNS = 9
BATCHES = 5
OPEN: Mapping[str, Any] = {
    "failures": {"N": "12"},
    "failing_since": {"S": "2026-11-28T00:00:00.000Z"},
    "open_until": {"S": "2036-11-28T00:00:00.000Z"},
    "probes": {"N": "1"},
}
"""What a callback's item holds while its endpoint is left alone."""


def measure() -> list[Figure]:
    """A thousand at once for a dead endpoint must hold nobody up."""
    with serving("receiver") as receiver, serving("cloud") as cloud:
        arriving = Customers(many=HOSTS, port=receiver.port)
        dead = Customers(many=1, port=receiver.port, target="/fail", first=1_000)
        cloud.ask("Store", [*arriving.items(), *_opened(dead)])
        with deliver(cloud) as handler, unheard():
            _cost(handler, arriving), _cost(handler, dead)
            runs = [(_cost(handler, dead), _cost(handler, arriving)) for _ in range(RUNS)]
    return [
        Figure(
            measurement=f"CPU per delivery put in line behind a breaker, batches of {BATCH}",
            unit="µs",
            ours=[waits for waits, _ in runs],
            baselines={"one that arrives at once": [arrives for _, arrives in runs]},
            against="one that arrives at once",
            must=1,
            aim=0.7,
            note="as single writes under a condition, one took four times what an arriving one takes",
        )
    ]


def _opened(customers: Customers) -> Iterator[Mapping[str, Any]]:
    for item in customers.items():
        yield item if item["event"] == {"S": "signing_secret"} else {**item, **OPEN}


def _cost(handler: Handler, customers: Customers) -> float:
    batches = [customers.batch() for _ in range(BATCHES)]
    began = time.process_time()
    for batch in batches:
        handler(batch, Context())
    return (time.process_time() - began) / BATCHES / BATCH * 1e6
