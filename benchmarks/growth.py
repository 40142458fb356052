"""Measure whether a delivery costs the same after 100,000 of them, and with 100,000 callbacks stored."""

import time

from benchmarks.cpu import Contender, keeping_session
from benchmarks.figures import Figure
from benchmarks.handler import Handler, deliver, unheard
from benchmarks.servers import serving
from benchmarks.traffic import BATCH, HOSTS, Customers
from local.invocation import Context

EVENTS = (1_000, 10_000, 100_000)
CALLBACKS = (1, HOSTS, 1_000, 100_000)
WINDOW = 20
"""Batches before each of EVENTS; a figure is their median."""


def measure() -> list[Figure]:
    """Measure by events made and by callbacks stored; ratios are to the smallest, both against `Session.post`."""
    with serving("receiver") as receiver, serving("cloud") as cloud:
        figures = []
        most = Customers(many=HOSTS, port=receiver.port)
        cloud.ask("Store", list(most.items()))
        post = keeping_session([most.url(place) for place in range(BATCH)])
        with deliver(cloud) as handler, unheard():
            handler(most.batch(), Context())
            windows: dict[int, list[float]] = {events: [] for events in EVENTS}
            for batch in range(1, EVENTS[-1] // BATCH + 1):
                made = batch * BATCH
                window = next(events for events in EVENTS if made <= events)
                if made > window - 10 * BATCH:
                    windows[window].append(_cost(handler, most, 0) / _processor(post))
                else:
                    handler(most.batch(), Context())
        figures += [
            _figure(f"CPU per delivery after {made:,} events", windows[made], windows[EVENTS[0]]) for made in EVENTS[1:]
        ]
        stored: dict[tuple[int, str], list[float]] = {}
        for many in CALLBACKS:
            customers = Customers(many=many, port=receiver.port)
            cloud.ask("Store", list(customers.items()))
            for traffic, step in (("the same 50", 0), ("all of them", BATCH)):
                with deliver(cloud) as handler, unheard():
                    few = Customers(many=min(many, HOSTS), port=receiver.port) if not step else customers
                    handler(few.batch(), Context())
                    stored[many, traffic] = [
                        _cost(handler, few, run * step) / _processor(post) for run in range(1, WINDOW + 1)
                    ]
        for traffic in ("the same 50", "all of them"):
            smallest = stored[1 if traffic == "all of them" else HOSTS, traffic]
            figures += [
                _figure(
                    f"CPU per delivery, {many:,} callbacks stored, events for {traffic}",
                    stored[many, traffic],
                    smallest,
                )
                for many in CALLBACKS[2:]
            ]
    return figures


def _figure(measurement: str, ours: list[float], smallest: list[float]) -> Figure:
    return Figure(
        measurement=measurement,
        unit="of Session.post",
        ours=ours,
        baselines={"the smallest": smallest},
        against="the smallest",
        must=1.1,
        note="the unit is Session.post's CPU beside it; one callback means one endpoint, with 10 connections at a "
        "time; events for all of them are of a hundred customers a batch, not of fifty",
    )


def _cost(handler: Handler, customers: Customers, first: int) -> float:
    batch = customers.batch(first)
    began = time.process_time()
    handler(batch, Context())
    return time.process_time() - began


def _processor(post: Contender) -> float:
    began = time.process_time()
    post()
    return time.process_time() - began
