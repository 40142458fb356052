"""How soon a healthy account is served while another one has a thousand deliveries failing; on the local stack."""

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import batched
from pathlib import Path
from statistics import quantiles

from benchmarks.figures import RUNS, Figure
from benchmarks.servers import Server, serving
from benchmarks.traffic import Customers
from local.cloud import Cloud
from local.ministack import stop
from local.places import Places
from local.queues import messages_on
from local.receiver import Receiver
from local.up import up

FAILING = 1_000
EVENTS = 40
"""Of the healthy account in each run, one each `EVERY_SECONDS`."""
EVERY_SECONDS = 0.1
PATIENCE_SECONDS = 60

NOTE = (
    "queue, table, functions and receivers share this machine's two cores, and the local queue knows no fair groups; "
    "each of the failing callbacks is another one, so that no breaker opens"
)


def measure() -> list[Figure]:
    """The 95th percentile of the time from the queue to the first attempt: alone, in the wave of retries, after it."""
    alone: list[float] = []
    wave: list[float] = []
    strangers: list[float] = []
    after: list[float] = []
    with tempfile.TemporaryDirectory() as home, serving("receiver") as failing, Receiver() as receiver:
        places = Places(home=Path(home))
        cloud = up(places)
        try:
            healthy = Customers(many=1, port=int(receiver.url.rsplit(":", 1)[1]), target="/ok", first=100_000)
            _set(cloud, healthy)
            _fail(cloud, failing, first=200_000)  # afterwards all processes of both lanes are there
            _attempted(failing, 2 * FAILING)
            _drained(cloud)
            for run in range(RUNS):
                before = 2 * FAILING * (run + 1)
                alone.append(_latency(cloud, healthy, receiver))
                with _stranger(cloud):
                    strangers.append(_latency(cloud, healthy, receiver))
                _fail(cloud, failing, first=300_000 + FAILING * run)
                _attempted(failing, before + FAILING)
                _drained(cloud)
                wave.append(_latency(cloud, healthy, receiver))
                _attempted(failing, before + 2 * FAILING)
                after.append(_latency(cloud, healthy, receiver))
                # The next run begins as this one did: what is delayed makes the local queue slower.
                cloud.client("sqs").purge_queue(QueueUrl=cloud.outputs["RetriesQueueUrl"])
        finally:
            stop(places)
    return _figures(alone, strangers, wave, after)


def _figures(alone: list[float], strangers: list[float], wave: list[float], after: list[float]) -> list[Figure]:
    return [
        Figure(
            measurement=f"first attempt of a healthy account, p95, while another has {FAILING:,} deliveries failing",
            unit="s",
            ours=after,
            baselines={"without them": alone},
            against="without them",
            must=1.5,
            aim=1.1,
            note=f"they have failed twice and wait for their third attempts; {NOTE}",
        ),
        Figure(
            measurement=f"the same in the seconds in which all {FAILING:,} are retried",
            unit="s",
            ours=wave,
            baselines={
                "without them": alone,
                f"beside a stranger's {FAILING:,} writes, a hundred at a time": strangers,
            },
            against="without them",
            must=1.5,
            aim=1.1,
            note=f"the first retries of all are due within two seconds; {NOTE}",
        ),
    ]


@contextmanager
def _stranger(cloud: Cloud) -> Iterator[None]:
    """Another program writes as many items as the retries do, in about the time that they have."""
    with serving("stranger", cloud.endpoint, cloud.outputs["DeliveriesTable"], str(FAILING)):
        yield


def _fail(cloud: Cloud, failing: Server, *, first: int) -> None:
    others = Customers(many=FAILING, port=failing.port, target="/fail", first=first)
    _set(cloud, others)
    _put(cloud, [others.record(place) for place in range(FAILING)])


def _drained(cloud: Cloud) -> None:
    """Wait until all first attempts are done: a fair queue lets others past them, the local one does not."""
    until = time.monotonic() + PATIENCE_SECONDS
    while messages_on(cloud, cloud.outputs["EventsQueueUrl"]):
        if time.monotonic() > until:
            raise AssertionError("the Events queue does not get empty")
        time.sleep(0.02)


def _set(cloud: Cloud, customers: Customers) -> None:
    dynamodb = cloud.client("dynamodb")
    # The signing secrets are sealed by another key.
    items = [{"PutRequest": {"Item": item}} for item in customers.items() if item["event"]["S"] != "signing_secret"]
    for some in batched(items, 25, strict=False):
        dynamodb.batch_write_item(RequestItems={cloud.outputs["CallbacksTable"]: some})


def _put(cloud: Cloud, records: list[dict[str, object]]) -> None:
    sqs = cloud.client("sqs")
    for some in batched(records, 10, strict=False):
        entries = [
            {
                "Id": str(place),
                "MessageBody": record["body"],
                "MessageGroupId": json.loads(str(record["body"]))["account"],
            }
            for place, record in enumerate(some)
        ]
        sqs.send_message_batch(QueueUrl=cloud.outputs["EventsQueueUrl"], Entries=entries)


def _latency(cloud: Cloud, customers: Customers, receiver: Receiver) -> float:
    sent: list[float] = []
    receiver.exchanges.clear()
    for _ in range(EVENTS):
        sent.append(time.time())
        _put(cloud, [customers.record(0)])
        time.sleep(EVERY_SECONDS)
    until = time.monotonic() + PATIENCE_SECONDS
    while len(receiver.exchanges) < EVENTS:
        if time.monotonic() > until:
            raise AssertionError(f"{len(receiver.exchanges)} of {EVENTS} arrived")
        time.sleep(0.05)
    # In order: one group of one account, and each waits less than the next one's sending plus its batch.
    arrived = sorted(exchange.request.at for exchange in receiver.exchanges)
    return quantiles([at - began for at, began in zip(arrived, sent, strict=True)], n=20)[-1]


def _attempted(failing: Server, many: int) -> None:
    until = time.monotonic() + 2 * PATIENCE_SECONDS
    while failing.ask("Usage")["requests"] < many:
        if time.monotonic() > until:
            raise AssertionError
        time.sleep(0.2)
