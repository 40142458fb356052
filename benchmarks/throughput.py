"""Measure the deliveries a second of one execution environment, batch after batch, and what limits them."""

import time
from collections.abc import Iterator
from statistics import median

from benchmarks.figures import RUNS, Figure
from benchmarks.handler import Handler, deliver, unheard
from benchmarks.servers import serving
from benchmarks.traffic import BATCH, HOSTS, Customers
from local.invocation import Context

MILLISECONDS = (0, 50, 200)
BYTES = (300, 10_240)
"""Bytes of an event's data."""

SECONDS = 1.0
"""Seconds that a run takes at least."""

BUSY = 0.9
"""From this share of a processor on, the processor is the limit."""


def measure() -> list[Figure]:
    """Measure for each time that an answer takes and each size of an event."""
    with serving("receiver") as receiver, serving("cloud") as cloud, deliver(cloud) as handler, unheard():
        figures = []
        for milliseconds in MILLISECONDS:
            for size in BYTES:
                customers = Customers(many=HOSTS, port=receiver.port, target=f"/answer/{milliseconds}/2", size=size)
                cloud.ask("Store", list(customers.items()))
                figures.append(_figure(milliseconds, size, list(_runs(handler, customers))))
        return figures


def _runs(handler: Handler, customers: Customers) -> Iterator[tuple[float, float]]:
    """Return the deliveries a second of each run, and their share of a processor."""
    handler(customers.batch(), Context())
    for _ in range(RUNS):
        batches, processor, began = 0, time.process_time(), time.perf_counter()
        while (wall := time.perf_counter() - began) < SECONDS:
            handler(customers.batch(), Context())
            batches += 1
        yield batches * BATCH / wall, (time.process_time() - processor) / wall


def _figure(milliseconds: int, size: int, runs: list[tuple[float, float]]) -> Figure:
    share = median(share for _, share in runs)
    limit = "the processor" if share >= BUSY else "the wait for answers" if milliseconds else "the other processes"
    return Figure(
        measurement=f"deliveries a second of one environment, {size:,} bytes, answers after {milliseconds} ms",
        unit="a second",
        ours=[rate for rate, _ in runs],
        note=f"{size:,} bytes after {milliseconds} ms: {share:.0%} of a processor; {limit} limits it",
    )
