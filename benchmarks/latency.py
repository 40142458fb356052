"""Measure from the queue to the receiver on the local stack, against what its queue takes for an empty function."""

import io
import json
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from statistics import quantiles
from typing import Any

from benchmarks.fairness import set_callbacks
from benchmarks.figures import RUNS, Figure
from benchmarks.servers import serving
from benchmarks.stamps import stamp
from benchmarks.traffic import HOSTS, Customers
from local.aws.cloud import Cloud
from local.aws.ministack import stop
from local.paths import Paths
from local.up import up

RATES = {10: 1, 100: 1, 500: 10}
"""Events a second, and how many are sent in one call: the local queue cannot take 500 calls a second."""
SECONDS = 4
LEAST = 100
"""Events of a run, whatever their rate."""
INVOCATIONS = 8
"""Concurrent invocations; the local stack's usual two would be what a high rate waits for."""
UNHURRIED = 100
"""Events a second that two cores can take without a backlog; the bounds are for these."""
MUST, AIM = 40, 20
"""Milliseconds beyond the queue's own: reading two tables, the request, and two cores that do all of it."""
SHARES = {"p50": 50, "p95": 95, "p99": 99}
PATIENCE_SECONDS = 30

EMPTY = """
import os, re, time
def handler(event, context):
    now = time.time_ns()
    with open(os.environ["NOTES"], "a") as notes:
        for record in event["Records"]:
            notes.write("%.3f\\n" % ((now - int(re.search(r"T(\\d{19})T", record["body"])[1])) / 1e6))
"""
"""A function that notes how long each message was under way, and ends."""

NOTE = (
    "queue, table, functions, sender and receiver share this machine's two cores; the local queue's one poller looks "
    "again up to 50 ms after a batch has ended, hands over ten at most, and knows no window"
)

type Send = Callable[[list[str]], object]
"""Puts messages on a queue with one call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """What takes messages from its own queue."""

    message: Callable[[], str]
    send: Send
    noted: Callable[[], list[float]]
    """Return the milliseconds that messages were under way, for those that have arrived since the last time."""


def measure() -> list[Figure]:
    """Return the quantiles by rate; the two take turns."""
    with tempfile.TemporaryDirectory() as home, serving("stamps") as receiver:
        paths = Paths(home=Path(home))
        cloud = up(paths, more={"EventsConcurrency": str(INVOCATIONS)})
        try:
            customers = Customers(many=HOSTS, port=receiver.port, target="/")
            set_callbacks(cloud, customers)
            ours = Contender(
                message=_events(customers),
                send=_sender(cloud, cloud.outputs["EventsQueueUrl"]),
                noted=lambda: list(receiver.ask("Delays")),
            )
            empty = _empty(cloud, Path(home) / "notes")
            for contender in (ours, empty):
                _run(contender, rate=100, together=1)  # starts its processes
            return [figure for rate, together in RATES.items() for figure in _figures(ours, empty, rate, together)]
        finally:
            stop(paths)


def _figures(ours: Contender, empty: Contender, rate: int, together: int) -> Iterator[Figure]:
    runs = [tuple(_run(contender, rate=rate, together=together) for contender in (ours, empty)) for _ in range(RUNS)]
    for name, percent in SHARES.items():
        bound = rate <= UNHURRIED and name == "p50"  # the others say more of the machine than of us
        yield Figure(
            measurement=f"queue to receiver at {rate} events a second, {name}",
            unit="ms",
            ours=[_quantile(mine, percent) for mine, _ in runs],
            baselines={"an empty function": [_quantile(its, percent) for _, its in runs]},
            against="an empty function",
            plus=True,
            must=MUST if bound else None,
            aim=AIM if bound else None,
            note=NOTE,
        )


def _quantile(delays: list[float], percent: int) -> float:
    return quantiles(delays, n=100, method="inclusive")[percent - 1]


def _run(contender: Contender, *, rate: int, together: int) -> list[float]:
    contender.noted()
    count = max(rate * SECONDS, LEAST)
    began = time.monotonic()
    for place, some in enumerate(batched(range(count), together, strict=False)):
        time.sleep(max(0, began + place * together / rate - time.monotonic()))
        contender.send([contender.message() for _ in some])
    delays: list[float] = []
    until = time.monotonic() + PATIENCE_SECONDS
    while len(delays) < count:
        if time.monotonic() > until:
            raise AssertionError(f"{len(delays)} of {count} arrived")
        time.sleep(0.1)
        delays += contender.noted()
    return delays


def _events(customers: Customers) -> Callable[[], str]:
    paths = iter(range(1_000_000_000))

    def event() -> str:
        body = json.loads(customers.record(next(paths) % customers.many)["body"])
        text = stamp()
        body["data"]["message"] = text + body["data"]["message"][len(text) :]
        return json.dumps(body)

    return event


def _sender(cloud: Cloud, url: str) -> Send:
    sqs = cloud.client("sqs")

    def send(bodies: list[str]) -> None:
        entries = [{"Id": str(place), "MessageBody": body} for place, body in enumerate(bodies)]
        sqs.send_message_batch(QueueUrl=url, Entries=entries)

    return send


def _empty(cloud: Cloud, notes: Path) -> Contender:
    """Create a queue with the same mapping to a function that does nothing."""
    sqs, functions = cloud.client("sqs"), cloud.client("lambda")
    url = sqs.create_queue(QueueName="empty", Attributes={"VisibilityTimeout": "180"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    notes.touch()
    functions.create_function(
        FunctionName="empty",
        Runtime="python3.13",
        Role="arn:aws:iam::000000000000:role/empty",
        Handler="empty.handler",
        Code={"ZipFile": _zipped("empty.py", EMPTY)},
        Environment={"Variables": {"NOTES": str(notes)}},
    )
    functions.create_event_source_mapping(EventSourceArn=arn, FunctionName="empty", **_mapping(functions, cloud))
    taken = 0

    def noted() -> list[float]:
        nonlocal taken
        whole = notes.read_text(encoding="utf-8").rpartition("\n")[0].splitlines()
        new, taken = whole[taken:], len(whole)
        return [float(line) for line in new]

    return Contender(message=stamp, send=_sender(cloud, url), noted=noted)


def _mapping(functions: Any, cloud: Cloud) -> dict[str, Any]:  # noqa: ANN401 - boto3 makes the class at run time
    """Return how the stack's own mapping polls events."""
    names = ("BatchSize", "MaximumBatchingWindowInSeconds", "ScalingConfig", "FunctionResponseTypes")
    queue = cloud.outputs["EventsQueueUrl"].rsplit("/", 1)[1]
    found = functions.list_event_source_mappings()["EventSourceMappings"]
    (own,) = (one for one in found if one["EventSourceArn"].endswith(f":{queue}"))
    return {name: own[name] for name in names}


def _zipped(name: str, text: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, text)
    return file.getvalue()
