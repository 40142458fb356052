"""Receivers that lie, five among 95 good ones in each batch, with a fifth of a processor: nobody else notices."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ringback.delivery_ids import delivery_id
from ringback.models import Delivery, DeliveryStatus
from tests.chaos.ledger import Verdict, balance, events_of
from tests.chaos.liars import Liar, liars
from tests.chaos.rows import Row
from tests.chaos.scenes import KIND, fonenumber, message, sets
from tests.chaos.size import Size
from tests.chaos.workers import Hurry, Throttle, Worker
from tests.chaos.world import World, world
from tests.integration.certificates import Authority

BATCH = 100
LIARS = 5
"""Of each batch."""

SHARE = 0.2
"""Of a processor: somewhat less than Lambda gives a function of 512 MB."""

MOST_BYTES = 16 * 1024 * 1024
"""That a liar gets rid of: what the sockets' buffers hold, and what an attempt may read."""

LIVES = 30.0
"""Seconds of an invocation of `deliver` (template.yaml)."""


LONGEST = 8.0
"""Seconds that ten events may take with a fifth of a processor where nobody has to be waited for; a second is usual."""

WORST_HOSTS = ("ｆ" * 4_080, "é" * 4_080, "\u0301" * 4_080, "a." * 2_040, "xn--" * 1_020)  # noqa: RUF001 - to be refused
"""Hosts that cost the most to judge, each in an event beside nine innocent ones."""

CROWDS = ("chunks of one byte", "no end: small chunks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one invocation gets."""

    liars: Mapping[str, Liar]
    good: int = BATCH - LIARS
    """Events for receivers that do not lie."""
    hosts: Sequence[str] = ()
    """Each in the URL of an event that brings its callback along."""

    @property
    def name(self) -> str:
        """What is in it, for a person."""
        kinds = dict.fromkeys(name.partition(" (")[0] for name in self.liars)
        return ", ".join([*kinds, *(f"a host of {len(host):,} {host[0]!a}" for host in self.hosts)])


def run(size: Size) -> Row:
    """Have all of them called, or as many batches as *size* has rounds; a lean pass has shorter attempts."""
    row = Row(name="lies", what="")
    with TemporaryDirectory() as name:
        folder = Path(name)
        authority = Authority(folder)
        hurry = Hurry(attempt=size.attempt, connect=size.connect, authority=authority.file)
        with liars(folder, authority) as found:
            names = sorted(found)
            random.Random(size.seed).shuffle(names)  # noqa: S311 - the same batches for the same seed
            batches = [Batch(liars={one: found[one] for one in some}) for some in batched(names, LIARS, strict=False)]
            batches = [
                *batches[: size.rounds],
                *list(_crowds(found))[: size.rounds],
                Batch(liars={}, good=9, hosts=WORST_HOSTS[:1]),
            ]
            batches += [Batch(liars={}, good=9, hosts=[host]) for host in WORST_HOSTS[1 : size.rounds]]
            waited = [_try(batch, hurry, row) for batch in batches]
            sent = max(_sent(liar) for liar in found.values())
    met = sum(len(batch.liars) for batch in batches)
    row.what = (
        f"{met} receivers that lie, most of them {LIARS} among {BATCH - LIARS} good ones, {SHARE:g} of a processor;"
        f" a good one took {max(waited) / 1000:.1f} s at most, a liar got rid of {sent / 1024 / 1024:.1f} MiB at most"
    )
    return row


def _crowds(found: Mapping[str, Liar]) -> Iterator[Batch]:
    """Ninety of one kind, whose answers cost the most processor time, beside ten good ones."""
    for name in CROWDS:
        yield Batch(liars={f"{name} ({number})": found[name] for number in range(90)}, good=10)


def _try(batch: Batch, hurry: Hurry, row: Row) -> int:
    """One batch; the longest that a good receiver's attempt took, in milliseconds."""
    with world() as made:
        records = _records(made, batch)
        environment = made.environment | {"CONNECTIONS_PER_HOST": str(BATCH)}
        with Worker(environment, hurry) as worker:
            worker.invoke("deliver", {"Records": []})  # it has been started, with all of a processor as on Lambda
            with Throttle(worker.pid, SHARE):
                ended = worker.invoke("deliver", {"Records": records}, seconds=LIVES)
        verdict = balance(made, events_of(records))
        verdict.wrong += [f"escaped: {ended.error}"] if ended.error else []
        verdict.wrong += [f"{len(ended.back)} messages went back"] if ended.back else []
        bound = LIVES if batch.liars else LONGEST
        verdict.wrong += [] if ended.seconds < bound else [f"the invocation took {ended.seconds:.1f} s"]
        slowest = _judge(made, batch, records, verdict)
    row.add(batch.name, verdict, [ended])
    return slowest


def _records(made: World, batch: Batch) -> list[dict[str, Any]]:
    for place in range(batch.good):
        sets(made, place, f"ok/{place}")
    for place, liar in enumerate(batch.liars.values(), start=BATCH):
        sets(made, place, "", url=liar.url)
    receipts: list[dict[str, Any]] = [{"callback": {"url": f"https://{host}/"}} for host in batch.hosts]
    records = [message(place) for place in range(batch.good)]
    records += [message(BATCH + place) for place in range(len(batch.liars))]
    records += [message(2 * BATCH, kind="messages/confirm", **receipt) for receipt in receipts]
    random.Random(1).shuffle(records)  # noqa: S311 - any order, but always the same
    return records


def _judge(made: World, batch: Batch, records: list[dict[str, Any]], verdict: Verdict) -> int:
    names = {fonenumber(BATCH + place): name for place, name in enumerate(batch.liars)}
    slowest = 0
    for delivery in _deliveries(made, records):
        if delivery.event.kind != KIND:
            continue
        delivered = delivery.status is DeliveryStatus.DELIVERED and len(delivery.attempts) == 1
        name = names.get(delivery.event.fonenumber)
        if name is None:
            slowest = max(slowest, *(attempt.milliseconds for attempt in delivery.attempts), 0)
            verdict.wrong += [] if delivered else [f"a good one is {delivery.status}: {delivery.attempts}"]
        elif delivered != batch.liars[name].delivers or len(delivery.attempts) != 1:
            verdict.wrong.append(f"{name}: {delivery.status}, {delivery.attempts}")
    for name, liar in batch.liars.items():
        verdict.wrong += [f"{name} got rid of {_sent(liar):.0f} bytes"] if _sent(liar) > MOST_BYTES else []
    return slowest


def _sent(liar: Liar) -> float:
    """Bytes that it got rid of with each connection."""
    return liar.receiver.sent / max(1, liar.receiver.connections)


def _deliveries(made: World, records: list[dict[str, Any]]) -> list[Delivery]:
    keys = [(event.owner, delivery_id(event)) for event in events_of(records)]
    return list(made.stack.deliveries().load(keys).deliveries.values())
