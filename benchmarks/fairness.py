"""How soon a healthy account is served while another one has a thousand deliveries failing; on the local stack."""

import json
import tempfile
import time
from pathlib import Path
from statistics import quantiles

from benchmarks.figures import RUNS, Figure
from benchmarks.servers import Server, serving
from benchmarks.traffic import Customers
from local.cloud import Cloud
from local.ministack import stop
from local.places import Places
from local.receiver import Receiver
from local.up import up

FAILING = 1_000
WARMING = 200
"""Deliveries that fail, and are retried once, before anything is measured: both lanes have their processes then."""
EVENTS = 40
"""Of the healthy account in each run, one each `EVERY_SECONDS`."""
EVERY_SECONDS = 0.1
PATIENCE_SECONDS = 60


def measure() -> list[Figure]:
    """The 95th percentile of the time from the queue to the first attempt, before and during."""
    with tempfile.TemporaryDirectory() as home, serving("receiver") as failing, Receiver() as receiver:
        places = Places(home=Path(home))
        cloud = up(places)
        try:
            healthy = Customers(many=1, port=int(receiver.url.rsplit(":", 1)[1]), target="/ok", first=100_000)
            others = Customers(many=FAILING, port=failing.port, target="/fail")
            warming = Customers(many=WARMING, port=failing.port, target="/fail", first=200_000)
            _set(cloud, healthy, others, warming)
            _put(cloud, [warming.record(place) for place in range(WARMING)])
            _attempted(failing, 2 * WARMING)
            _latency(cloud, healthy, receiver)
            without = [_latency(cloud, healthy, receiver) for _ in range(RUNS)]
            _put(cloud, [others.record(place) for place in range(FAILING)])
            _attempted(failing, 2 * WARMING + FAILING)
            during = [_latency(cloud, healthy, receiver) for _ in range(RUNS)]
        finally:
            stop(places)
    return [
        Figure(
            measurement=f"first attempt of a healthy account, p95, while another has {FAILING:,} deliveries failing",
            unit="s",
            ours=during,
            baselines={"without them": without},
            against="without them",
            must=1.5,
            aim=1.1,
            note=(
                "each of the failing callbacks is another one, so that no breaker opens; their first retries are due "
                "while this is measured; both lanes, DynamoDB and the receivers share this machine's cores"
            ),
        )
    ]


def _set(cloud: Cloud, *customers: Customers) -> None:
    dynamodb = cloud.client("dynamodb")
    for customer in customers:
        for item in customer.items():
            if item["event"]["S"] != "signing_secret":  # sealed by another key
                dynamodb.put_item(TableName=cloud.outputs["CallbacksTable"], Item=item)


def _put(cloud: Cloud, records: list[dict[str, object]]) -> None:
    sqs = cloud.client("sqs")
    for start in range(0, len(records), 10):
        entries = [
            {
                "Id": str(place),
                "MessageBody": record["body"],
                "MessageGroupId": json.loads(str(record["body"]))["account"],
            }
            for place, record in enumerate(records[start : start + 10])
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
