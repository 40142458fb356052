"""Measure how long a batch of 100 takes when every receiver takes its time."""

import time

from benchmarks.figures import RUNS, Figure
from benchmarks.handler import Handler, deliver, posting, unheard
from benchmarks.servers import serving
from benchmarks.traffic import BATCH, HOSTS, Customers
from local.invocation import Context

ANSWERS = (50, 200, 1000)
"""Milliseconds."""

SEQUENTIAL = {50: 20, 200: 10, 1000: 2}
"""Deliveries that the sequential handler gets: a hundred would take minutes, and each takes as long as the last."""


def measure() -> list[Figure]:
    """Return a figure for each time of an answer."""
    with serving("receiver") as receiver, serving("cloud") as cloud, deliver(cloud) as handler, unheard():
        figures = []
        for milliseconds in ANSWERS:
            customers = Customers(many=HOSTS, port=receiver.port, target=f"/answer/{milliseconds}/2")
            cloud.ask("Store", list(customers.items()))
            naive = posting(lambda message, customers=customers: customers.url(int(message["fonenumber"][3:])))  # type: ignore[misc]
            ours: list[float] = []
            sequential: list[float] = []
            for run in range(RUNS + 1):
                seconds = _seconds(handler, customers, BATCH)
                few = SEQUENTIAL[milliseconds]
                slow = _seconds(naive, customers, few) * BATCH / few if run else 0
                if run:
                    ours.append(seconds)
                    sequential.append(slow)
            slowest = [milliseconds / 1000] * RUNS
            figures.append(
                Figure(
                    measurement=f"wall of a batch of {BATCH} at {milliseconds} ms per answer",
                    unit="s",
                    ours=ours,
                    baselines={"slowest answer": slowest, "sequential handler": sequential},
                    against="slowest answer",
                    plus=True,
                    must=0.03,
                    aim=0.015,
                    note=f"the sequential handler was given {SEQUENTIAL} deliveries by milliseconds, and scaled to 100",
                )
            )
    return figures


def _seconds(handler: Handler, customers: Customers, size: int) -> float:
    batch = customers.batch(size=size)
    began = time.perf_counter()
    handler(batch, Context())
    return time.perf_counter() - began
