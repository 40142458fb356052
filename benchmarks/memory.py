"""Measure the peak memory of a process that delivers batches of 100 whose answers have 16 KiB."""

import multiprocessing
from pathlib import Path

from benchmarks.figures import RUNS, Figure
from benchmarks.handler import deliver, posting, unheard
from benchmarks.servers import Server, serving
from benchmarks.traffic import HOSTS, Customers
from local.invocation import Context

BATCHES = 5


def measure() -> list[Figure]:
    """Make each run in its own process."""
    with serving("receiver") as receiver, serving("cloud") as cloud:
        customers = Customers(many=HOSTS, port=receiver.port, target="/answer/20/16384")
        cloud.ask("Store", list(customers.items()))
        peaks = {role: [_peak(role, customers, cloud) for _ in range(RUNS)] for role in ("ours", "sequential handler")}
    return [
        Figure(
            measurement="peak memory, batches of 100 with 16 KiB answers",
            unit="MiB",
            ours=peaks.pop("ours"),
            baselines=peaks,
            must=64,
            aim=50,
            note="the whole process with Python, boto3 and its models; the sequential handler has no boto3 client",
        )
    ]


def _peak(role: str, customers: Customers, cloud: Server) -> float:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_deliver_and_weigh, (role, customers, cloud))


def _deliver_and_weigh(role: str, customers: Customers, cloud: Server) -> float:
    with unheard():
        if role == "ours":
            with deliver(cloud) as handler:
                for _ in range(BATCHES):
                    handler(customers.batch(), Context())
        else:
            handler = posting(lambda message: customers.url(int(message["fonenumber"][3:])))
            handler(customers.batch(), Context())
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1024
