"""Measure on the local stack how soon a healthy account is served while a thousand deliveries of another one fail."""

import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import batched
from pathlib import Path
from statistics import quantiles

from benchmarks.figures import RUNS, Figure
from benchmarks.servers import Server, serving
from benchmarks.traffic import Customers
from local.aws.cloud import Cloud
from local.aws.ministack import stop
from local.aws.queues import messages_on
from local.demo.receiver import Receiver
from local.paths import Paths
from local.up import up

FAILING = 1_000
EVENTS = 40
"""Events of the healthy account in each run, one every `EVERY_SECONDS`."""
EVERY_SECONDS = 0.1
PATIENCE_SECONDS = 60
MUST_SECONDS, AIM_SECONDS = 0.2, 0.1

LANES = "queue, table, functions and receivers share this machine's two cores, and the local queue knows no fair groups"
OWN = "each of the failing callbacks is another one, so that no breaker opens"

ALONE = "without them"
LANE_OFF = "with the Retries lane off: they wait, and nothing works on them"
STRANGER = f"beside a stranger's {FAILING:,} writes, a hundred at a time"
UNWANTED = f"{FAILING:,} that nobody wants"


def measure() -> list[Figure]:
    """Measure the 95th percentile of the time from the queue to the first attempt, alone and beside others."""
    with tempfile.TemporaryDirectory() as home, serving("receiver") as failing, Receiver() as receiver:
        paths = Paths(home=Path(home))
        cloud = up(paths)
        try:
            healthy = Customers(many=1, port=int(receiver.url.rsplit(":", 1)[1]), target="/ok", first=100_000)
            set_callbacks(cloud, healthy)
            trial = Trial(cloud=cloud, failing=failing, latency=partial(_latency, cloud, healthy, receiver))
            trial.fail(first=200_000, attempts=2)  # afterwards all processes of both lanes are running
            for run in range(RUNS):
                trial.alone()
                trial.lane_off(first=300_000 + FAILING * run)
                trial.wave(first=400_000 + FAILING * run)
                trial.burst(first=500_000 + run)
        finally:
            stop(paths)
    return _figures(trial.seen)


def _figures(seen: Mapping[str, Sequence[float]]) -> list[Figure]:
    return [
        Figure(
            measurement=f"first attempt of a healthy account, p95, while another has {FAILING:,} deliveries failing",
            unit="s",
            ours=seen["after"],
            baselines={name: seen[name] for name in (ALONE, LANE_OFF)},
            against=LANE_OFF,
            must=1.5,
            aim=1.1,
            note=f"they have failed twice and wait for their third attempts, on the local queue; {LANES}; {OWN}",
        ),
        Figure(
            measurement=f"the same in the seconds in which all {FAILING:,} are retried",
            unit="s",
            ours=seen["wave"],
            baselines={name: seen[name] for name in (ALONE, LANE_OFF, STRANGER)},
            must=MUST_SECONDS,
            aim=AIM_SECONDS,
            note="the first retries of all are due within two seconds; the bounds are what a person could notice, for "
            f"ratios here are those of two cores; {LANES}; {OWN}",
        ),
        Figure(
            measurement=f"the same while another's {FAILING:,}, sent at once, fail at one endpoint",
            unit="s",
            ours=seen["burst"],
            baselines={name: seen[name] for name in (ALONE, UNWANTED)},
            against=UNWANTED,
            must=3,
            aim=1.5,
            note="what nobody wants is read and dropped, so that is what a queue without fair groups costs; what fails "
            f"is put in line behind a breaker, after about ten attempts; {LANES}",
        ),
    ]


class Trial:
    """All measurements on one local stack, one after the other."""

    def __init__(self, *, cloud: Cloud, failing: Server, latency: Callable[[], float]) -> None:
        self.seen: defaultdict[str, list[float]] = defaultdict(list)
        self._cloud = cloud
        self._failing = failing
        self._latency = latency

    def alone(self) -> None:
        """Measure a healthy account by itself, and beside another program's writes."""
        self.seen[ALONE].append(self._latency())
        with _stranger(self._cloud):
            self.seen[STRANGER].append(self._latency())

    def lane_off(self, *, first: int) -> None:
        """Measure beside failures that wait and are not retried."""
        with _retries_off(self._cloud):
            self.fail(first=first, attempts=1)
            self.seen[LANE_OFF].append(self._latency())
            self._purge()

    def wave(self, *, first: int) -> None:
        """Measure while failures are retried, and after that."""
        before = self._requests()
        self.fail(first=first, attempts=1)
        self.seen["wave"].append(self._latency())
        _attempted(self._failing, before + 2 * FAILING)
        self.seen["after"].append(self._latency())
        self._purge()

    def burst(self, *, first: int) -> None:
        """Measure behind a thousand events for one number, whose owner wants none of them or whose endpoint fails."""
        self._crowd(first=first)
        self.seen[UNWANTED].append(self._latency())
        _drained(self._cloud)
        set_callbacks(self._cloud, Customers(many=1, port=self._failing.port, target="/fail", first=first))
        self._crowd(first=first)
        self.seen["burst"].append(self._latency())
        _drained(self._cloud)
        self._purge()

    def fail(self, *, first: int, attempts: int) -> None:
        """Let as many callbacks fail, until each has had its *attempts*."""
        before = self._requests()
        others = Customers(many=FAILING, port=self._failing.port, target="/fail", first=first)
        set_callbacks(self._cloud, others)
        _put(self._cloud, [others.record(place) for place in range(FAILING)])
        _attempted(self._failing, before + attempts * FAILING)
        _drained(self._cloud)

    def _crowd(self, *, first: int) -> None:
        one = Customers(many=1, port=0, first=first)
        _put(self._cloud, [one.record(0) for _ in range(FAILING)])

    def _requests(self) -> int:
        return int(self._failing.ask("Usage")["requests"])

    def _purge(self) -> None:
        """Empty the Retries queue for the next measurement, since delayed messages make the local queue slower."""
        self._cloud.client("sqs").purge_queue(QueueUrl=self._cloud.outputs["RetriesQueueUrl"])


@contextmanager
def _retries_off(cloud: Cloud) -> Iterator[None]:
    """Stop taking messages off the Retries queue."""
    functions = cloud.client("lambda")
    queue = cloud.outputs["RetriesQueueUrl"].rsplit("/", 1)[1]
    found = functions.list_event_source_mappings()["EventSourceMappings"]
    (lane,) = (one["UUID"] for one in found if one["EventSourceArn"].endswith(f":{queue}"))
    functions.update_event_source_mapping(UUID=lane, Enabled=False)
    try:
        yield
    finally:
        functions.update_event_source_mapping(UUID=lane, Enabled=True)


@contextmanager
def _stranger(cloud: Cloud) -> Iterator[None]:
    """Let another program write as many items as the retries do, in about the same time."""
    with serving("noisy_neighbor", cloud.endpoint, cloud.outputs["DeliveriesTable"], str(FAILING)):
        yield


def _drained(cloud: Cloud) -> None:
    """Wait until all first attempts are done: a fair queue lets others pass them, the local one does not."""
    until = time.monotonic() + PATIENCE_SECONDS
    while messages_on(cloud, cloud.outputs["EventsQueueUrl"]):
        if time.monotonic() > until:
            raise AssertionError("the Events queue does not get empty")
        time.sleep(0.02)


def set_callbacks(cloud: Cloud, customers: Customers) -> None:
    """Store what *customers* want in the tables of a local stack."""
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
    # They arrive in order: one group of one account, and each waits less than the next one's sending plus its batch.
    arrived = sorted(exchange.request.at for exchange in receiver.exchanges)
    return quantiles([at - began for at, began in zip(arrived, sent, strict=True)], n=20)[-1]


def _attempted(failing: Server, many: int) -> None:
    until = time.monotonic() + 2 * PATIENCE_SECONDS
    while failing.ask("Usage")["requests"] < many:
        if time.monotonic() > until:
            raise AssertionError
        time.sleep(0.2)
