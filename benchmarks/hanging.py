"""Measure what five endpoints that never answer do to the other 95 deliveries of their batch."""

import time
from typing import Any

from benchmarks.figures import RUNS, Figure
from benchmarks.handler import Handler, deliver, unheard
from benchmarks.servers import Server, serving
from benchmarks.traffic import BATCH, Customers
from local.invocation import Context

HANGING = 5
MILLISECONDS = 200
"""Milliseconds that the others take to answer."""


def measure() -> list[Figure]:
    """Measure when the last of the 95 was recorded, against the same 95 alone."""
    with serving("receiver") as receiver, serving("cloud") as cloud:
        healthy = Customers(many=BATCH - HANGING, port=receiver.port, target=f"/answer/{MILLISECONDS}/2")
        with deliver(cloud) as handler, unheard():
            ours: list[float] = []
            alone: list[float] = []
            for run in range(RUNS + 1):
                # Separate numbers in each run: a breaker that remembers would spare later runs the wait.
                everyone = [*healthy.items(), *Customers(many=100_000, port=0).at_hang(run, HANGING, receiver.port)]
                cloud.ask("Store", everyone)
                batch = healthy.batch(size=BATCH - HANGING)["Records"]
                hanging = [Customers(many=1, port=0).record(90_000 + run * HANGING + place) for place in range(HANGING)]
                without = _recorded(handler, cloud, batch)
                batch = healthy.batch(size=BATCH - HANGING)["Records"]
                if run:
                    ours.append(_recorded(handler, cloud, hanging + batch))
                    alone.append(without)
    return [
        Figure(
            measurement=f"{HANGING} of {BATCH} endpoints hang: the other {BATCH - HANGING} recorded after",
            unit="s",
            ours=ours,
            baselines={f"the {BATCH - HANGING} alone": alone},
            against=f"the {BATCH - HANGING} alone",
            must=1.2,
            aim=1.05,
            note="bounds of our own for 'as if the 5 were not there'; the invocation itself lasts 15 s",
        )
    ]


def _recorded(handler: Handler, cloud: Server, records: list[Any]) -> float:
    cloud.ask("Usage")
    began = time.time()
    handler({"Records": records}, Context())
    written = 0
    for when, count in cloud.ask("Usage")["writes"]:
        written += count
        if written >= BATCH - HANGING:
            return float(when - began)
    raise AssertionError(written)
