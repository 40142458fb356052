"""Fuzzers: any record, any request, any answer; nothing escapes, no call is answered with 5xx, nothing takes long."""

import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy, lists

from deliver.messages import read_message
from ringback.errors import AttemptFailed, InfrastructureError, MalformedEvent
from ringback.http.limits import Limits
from ringback.http.reader import ResponseReader
from tests.chaos.customers import message, sets
from tests.chaos.inputs import ANSWERS, RECORDS, REQUESTS
from tests.chaos.ledger import Verdict, balance, events_of
from tests.chaos.rows import Row
from tests.chaos.size import Size
from tests.chaos.workers import Hurry, Worker
from tests.chaos.world import World, world

LONGEST = 5.0
"""Seconds that one input may take on a busy machine; what costs more than a second of processor is far beyond that."""

BATCH = 9
"""Fuzzed records beside one good event."""

WORTH_EMPTYING = 100
"""Deliveries that were received since the world was emptied last: reading all takes longer than the next batch."""

MAX_SHOWN = 200
"""Characters of an input that a finding repeats."""

HURRY = Hurry(attempt=2, connect=1, names_lead_to="127.0.0.1")


def run(size: Size) -> Row:
    """All three, with as many examples as *size* says; records come by tens, so a tenth of that many batches."""
    row = Row(name="fuzz", what="")
    with world() as made, Worker(made.environment, HURRY) as worker:
        records = _fuzz(
            row, size.examples // 10, lists(RECORDS, min_size=1, max_size=BATCH), _records(made, worker, row)
        )
        requests = _fuzz(row, size.examples, REQUESTS, _requests(worker, row))
    answers = _fuzz(row, size.examples * 5, ANSWERS, _answers(row))
    row.what = f"{records:,} batches of records, {requests:,} requests of the API, {answers:,} answers of receivers"
    return row


def _fuzz(row: Row, examples: int, inputs: SearchStrategy[Any], trial: Callable[[Any], list[str]]) -> int:
    """Have *trial* say what is wrong with each of *examples* of *inputs*; it goes on after a finding."""
    before = row.tried

    @seed(1)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(inputs)
    def fuzzer(given: Any) -> None:
        row.add("fuzz", Verdict(wrong=trial(given)))

    fuzzer()
    return row.tried - before


def _records(made: World, worker: Worker, row: Row) -> Callable[[list[dict[str, Any]]], list[str]]:
    """A good event in the same batch is delivered, whatever the others are."""
    sets(made, 1, "ok/1")
    sets(made, 2, "ok/2")

    def trial(records: list[dict[str, Any]]) -> list[str]:
        good = message(1)
        ended = worker.invoke("deliver", {"Records": [*records, good]})
        row.took(ended.seconds, ended.megabytes)
        back = [one["messageId"] for one in [*records, good] if one["messageId"] in ended.back and not _is_newer(one)]
        found = [*balance(made, events_of([good])).lost, *back, ended.error]
        found += [f"{ended.seconds:.1f} s"] if ended.seconds >= LONGEST else []
        if len(made.received) > WORTH_EMPTYING:
            _empty(made)
        return [f"{text}, records {[one['body'][:MAX_SHOWN] for one in records]!a}" for text in found if text]

    return trial


def _is_newer(one: Mapping[str, Any]) -> bool:
    """Whether a record claims to be of a release to come: that waits in its queue."""
    try:
        return isinstance(read_message(one).content, InfrastructureError)
    except MalformedEvent:
        return False


def _empty(made: World) -> None:
    """Forget what was delivered."""
    table = made.stack.environment["DELIVERIES_TABLE"]
    for item in made.stack.items("DELIVERIES_TABLE"):
        made.stack.dynamodb.delete_item(TableName=table, Key={name: item[name] for name in ("owner", "delivery")})
    made.received.clear()
    made.arrived.clear()
    made.queued.clear()


def _requests(worker: Worker, row: Row) -> Callable[[dict[str, Any]], list[str]]:
    def trial(event: dict[str, Any]) -> list[str]:
        ended = worker.invoke("api", event)
        row.took(ended.seconds, ended.megabytes)
        status = ended.answer["statusCode"] if ended.answer else 0
        found = [] if HTTPStatus.OK <= status < HTTPStatus.INTERNAL_SERVER_ERROR else [f"{status} {ended.error}"]
        found += [f"{ended.seconds:.1f} s"] if ended.seconds >= LONGEST else []
        verb, query, body = event["requestContext"]["http"]["method"], event["rawQueryString"], str(event.get("body"))
        asked = [verb, event["rawPath"][:MAX_SHOWN], query[:MAX_SHOWN], event["headers"], body[:MAX_SHOWN]]
        return [f"{text}: {asked!a}" for text in found]

    return trial


def _answers(row: Row) -> Callable[[list[bytes]], list[str]]:
    def trial(pieces: list[bytes]) -> list[str]:
        began = time.monotonic()
        found = _read(pieces)
        row.took(time.monotonic() - began)
        return [f"{text}: {pieces}" for text in found]

    return trial


def _read(pieces: list[bytes]) -> list[str]:
    reader = ResponseReader(Limits())
    try:
        for piece in pieces:
            reader.feed(piece)
        reader.end()
    except AttemptFailed:
        return []
    except Exception as escaped:  # noqa: BLE001 - whatever escapes is a finding
        return [f"{type(escaped).__name__} escapes"]
    return [] if reader.response is not None else ["neither an answer nor a failure"]
