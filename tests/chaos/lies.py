"""Receivers that lie, five among 95 good ones in each batch, with a fifth of a processor: nobody else notices."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ringback.models import Delivery, DeliveryStatus, delivery_id
from tests.chaos.customers import KIND, fonenumber, message, sets
from tests.chaos.ledger import Verdict, balance, events_of
from tests.chaos.liars import Liar, liars
from tests.chaos.rows import Row
from tests.chaos.size import Size
from tests.chaos.workers import Hurry, Throttle, Worker
from tests.chaos.world import World, world
from tests.integration.certificates import Authority

BATCH = 100
SHARE = 0.2
"""Of a processor: somewhat less than Lambda gives a function of 512 MB."""

MAX_BYTES = 16 * 1024 * 1024
"""That a liar gets rid of: what the sockets' buffers hold, and what an attempt may read."""

LIVES = 30.0
"""Seconds of an invocation of `deliver` (template.yaml)."""


TIMES_PLAIN, SPARE = 3, 2.0
"""What ten events may take of which one has a hostile host: so many times what plain ones take, and seconds more."""

PLAIN_HOST = "x.example"
WORST_HOSTS = (
    "".join(chr(0x4E00 + number) for number in range(4_080)),  # Punycode takes time with the square of these
    "a" + "\u0315\u0300" * 2_039,  # and putting marks in order with that of those
    "\u00e9" * 4_080,
    "\uff46" * 4_080,
    "\ufdfa" * 4_080,  # becomes eighteen characters
    "a." * 2_040,
    "xn--" * 1_020,
)
"""Hosts that cost the most to judge, each in an event beside nine innocent ones."""

CROWDS = ("chunks of one byte", "no end: small chunks")
"""Lies that cost the most processor time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one invocation gets."""

    liars: Mapping[str, Liar]
    good: int
    """Events for receivers that do not lie."""
    host: str = ""
    """In the URL of an event that brings its callback along."""
    bound: float = LIVES
    """Seconds that the invocation may take."""

    @property
    def name(self) -> str:
        """What is in it, for a person."""
        kinds = dict.fromkeys(name.partition(" (")[0] for name in self.liars)
        return ", ".join([*kinds, *([f"a host of {len(self.host):,} {self.host[0]!a}"] if self.host else [])])


def run(size: Size) -> Row:
    """Have all of them called, or as many batches as *size* has rounds; a lean pass has shorter attempts."""
    row = Row(name="lies", what="")
    with TemporaryDirectory() as name:
        folder = Path(name)
        authority = Authority(folder)
        hurry = Hurry(attempt=size.attempt, connect=size.connect, authority=authority.file, names_lead_to="127.0.0.1")
        with liars(folder, authority) as found:
            batches = [*_mixed(found, size), *_crowds(found)][: 2 * size.rounds]
            waited = [_try(batch, hurry, row)[0] for batch in batches]
            sent = max(_sent(liar) for liar in found.values())
    waited += _hosts(hurry, row, size)
    row.what = (
        f"{len(found) if size.liars * size.rounds >= len(found) else size.liars} receivers that lie, {size.liars} among"
        f" {BATCH - size.liars} good ones, and hostile hosts, {SHARE:g} of a processor; a good one took"
        f" {max(waited) / 1000:.1f} s at most, a liar got rid of {sent / 1024 / 1024:.1f} MiB at most"
    )
    return row


def _mixed(found: Mapping[str, Liar], size: Size) -> Iterator[Batch]:
    """All kinds, a few in each batch."""
    names = sorted(found)
    random.Random(size.seed).shuffle(names)  # noqa: S311 - the same batches for the same seed
    for some in list(batched(names, size.liars, strict=False))[: size.rounds]:
        yield Batch(liars={name: found[name] for name in some}, good=BATCH - size.liars)


def _crowds(found: Mapping[str, Liar]) -> Iterator[Batch]:
    """Ninety of one kind beside ten good ones."""
    for name in CROWDS:
        yield Batch(liars={f"{name} ({number})": found[name] for number in range(90)}, good=10)


def _hosts(hurry: Hurry, row: Row, size: Size) -> list[int]:
    """Each of the worst hosts beside nine innocents, bounded by what a plain host takes."""
    slowest, plain = _try(Batch(liars={}, good=9, host=PLAIN_HOST), hurry, row)
    bound = TIMES_PLAIN * plain + SPARE
    hosts = WORST_HOSTS[: size.rounds]
    return [slowest, *(_try(Batch(liars={}, good=9, host=host, bound=bound), hurry, row)[0] for host in hosts)]


def _try(batch: Batch, hurry: Hurry, row: Row) -> tuple[int, float]:
    """One batch; the longest that a good receiver's attempt took, in milliseconds, and the invocation, in seconds."""
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
        too_long = ended.seconds >= batch.bound
        verdict.wrong += [f"took {ended.seconds:.1f} s, and not {batch.bound:.1f}"] if too_long else []
        slowest = _judge(made, batch, records, verdict)
    row.add(batch.name, verdict, [ended])
    return slowest, ended.seconds


def _records(made: World, batch: Batch) -> list[dict[str, Any]]:
    for place in range(batch.good):
        sets(made, place, f"ok/{place}")
    for place, liar in enumerate(batch.liars.values(), start=BATCH):
        sets(made, place, "", url=liar.url)
    records = [message(place) for place in range(batch.good)]
    records += [message(BATCH + place) for place in range(len(batch.liars))]
    if batch.host:
        inline: dict[str, Any] = {"callback": {"url": f"https://{batch.host}/"}}
        records.append(message(2 * BATCH, kind="messages/confirm", **inline))
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
        verdict.wrong += [f"{name} got rid of {_sent(liar):.0f} bytes"] if _sent(liar) > MAX_BYTES else []
    return slowest


def _sent(liar: Liar) -> float:
    """Bytes that it got rid of with each connection."""
    return liar.receiver.sent / max(1, liar.receiver.connections)


def _deliveries(made: World, records: list[dict[str, Any]]) -> list[Delivery]:
    keys = [(event.owner, delivery_id(event)) for event in events_of(records)]
    return list(made.stack.deliveries().load(keys).deliveries.values())
