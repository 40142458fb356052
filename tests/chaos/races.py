"""Eight processes with the same messages, deliveries and settings at once."""

import json
import random
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

from ringback.http.signature import sign
from ringback.models import Callback, DeliveryStatus, SigningSecrets, build_owner, split_owner
from tests.chaos.customer_calls import a_call
from tests.chaos.customers import KIND, SENT, failed_before, fonenumber, message, retry_record, sets, stored
from tests.chaos.ledger import Verdict, balance, events_of, requeue, retries, settle
from tests.chaos.rows import Row
from tests.chaos.size import Size
from tests.chaos.steps import passes
from tests.chaos.workers import Ended, Hurry, Worker
from tests.chaos.world import World, world

PROCESSES = 8
ACCOUNTS = ("1000001", "2000002")
"""Both have the same numbers, and nothing else in common."""

SIGNING = "/v2/accounts/signing_secret"
PLACES = range(1, 9)
ENDINGS = ("ok", "ok", "ok", "down", "gone", "later", "ok", "down")
"""What the receiver of each number does."""

HURRY = Hurry(attempt=3, connect=1)

TURNS = 6
"""Invocations of each process in a round."""

SET_KINDS = (KIND, SENT, "calls/receive_notify", "faxes/receive_notify")
"""Kinds of event that are set for one number, each by a process of its own."""

type Job = tuple[str, dict[str, Any]]
"""A function, and what it is given."""


def run(size: Size) -> Row:
    """As many rounds as *size* says, each in a world of its own."""
    row = Row(name="races", what="")
    rounds = max(1, size.rounds // 2)
    invocations = 0
    for number in range(rounds):
        with world() as made, ExitStack() as stack:
            workers = [stack.enter_context(Worker(made.environment, HURRY)) for _ in range(PROCESSES)]
            invocations += _round(made, workers, random.Random(f"{size.seed} {number}"), row, number)  # noqa: S311
    row.what = (
        f"{rounds} rounds of {PROCESSES} processes with the same messages and settings, {invocations} invocations"
    )
    return row


def _round(made: World, workers: list[Worker], dice: random.Random, row: Row, number: int) -> int:
    secrets = {account: _ready(made, account) for account in ACCOUNTS}
    records = _records(made)
    jobs = [list(_jobs(made, process, records, dice)) for process in range(PROCESSES)]
    made.begins(passes)
    with ThreadPoolExecutor(PROCESSES) as pool:
        ended = list(pool.map(lambda pair: [pair[0].invoke(*job) for job in pair[1]], zip(workers, jobs, strict=True)))
    answers = [pair for some, results in zip(jobs, ended, strict=True) for pair in zip(some, results, strict=True)]
    verdict = _come_to_rest(made, workers[0], records)
    verdict.wrong += [f"{job[0]} escaped: {one.error}" for job, one in answers if one.error]
    verdict.wrong += [f"an answer is {one.answer}" for job, one in answers if job[0] == "api" and _status(one) >= 500]
    _add_rotated(secrets, answers)
    verdict.wrong += [*_mixed_up(made, secrets), *_mixed_up_answers(answers), *_lost_updates(made, answers)]
    row.add(f"round {number}", verdict, [one for results in ended for one in results])
    return len(answers)


def _ready(made: World, account: str) -> list[str]:
    """What an account has set; its secrets."""
    secret = "whsec_" + {"1": "QUFB", "2": "QkJC"}[account[0]] * 8
    made.stack.callbacks().put_secrets(
        SigningSecrets(owner=build_owner(account, ""), current=secret, created=datetime.now(UTC))
    )
    for place, ending in zip(PLACES, ENDINGS, strict=True):
        sets(made, place, f"{ending}/{account}/{place}", account=account)
    sets(made, 9, f"ok/{account}/9", account=account)
    failed_before(made, _callback(made, account, 8), 8)
    return [secret]


def _callback(made: World, account: str, place: int) -> Callback:
    key = (build_owner(account, fonenumber(place)), KIND)
    callback = made.stack.callbacks().load([key]).callback(key)
    assert callback
    return callback


def _records(made: World) -> list[dict[str, Any]]:
    """Events of both accounts, retries, and what had been sent before."""
    found = []
    for account in ACCOUNTS:
        for place in PLACES:
            found += [message(place, account=account) for _ in range(2)]
        found += [message(9, account=account) for _ in range(6)]
        due = datetime.now(UTC).replace(microsecond=0)
        found += [retry_record(stored(made, 1, account=account, due=due)) for _ in range(3)]
        for _ in range(3):
            stored(made, 2, account=account, status=DeliveryStatus.FAILED)
        stored(made, 3, account=account, due=due + timedelta(hours=2))
    return found


def _jobs(made: World, process: int, records: list[dict[str, Any]], dice: random.Random) -> Iterator[Job]:
    """What one process does: half of them deliver, the others do what customers and minutes do meanwhile."""
    account = ACCOUNTS[process % len(ACCOUNTS)]
    for turn in range(TURNS):
        if process < PROCESSES // 2:
            yield "deliver", {"Records": dice.sample(records, len(records) * 2 // 3)}
        elif process < PROCESSES - 1:
            yield "api", dice.choice(list(_calls(made, account, process, turn)))
            yield "api", _sets(made, account, process, turn)
        else:
            yield "requeue", {}
            yield "api", a_call("POST", f"{SIGNING}/rotate", {}, account=ACCOUNTS[turn % 2])


def _sets(made: World, account: str, process: int, turn: int) -> dict[str, Any]:
    """Each process sets a kind of its own for one number."""
    kind = SET_KINDS[process % len(SET_KINDS)]
    url = made.url(f"{'ok' if turn % 2 else 'gone'}/{account}/9?{process}.{turn}")
    fields = {"fonenumber": fonenumber(9), "type": "Callback", "method": "JSON", "url": url}
    return a_call("POST", f"/v2/{kind}", fields, account=account)


def _calls(made: World, account: str, process: int, turn: int) -> Iterator[dict[str, Any]]:
    """What the account's customer may ask for: the log, deliveries again, and settings that deliveries are for."""
    number = f"/v2/fonenumbers/{fonenumber(2)}"
    yield a_call("GET", f"{number}/deliveries", account=account)
    yield a_call("POST", f"{number}/redeliver", {"since": "2026-01-01T00:00:00Z"}, account=account)
    owners = {build_owner(account, fonenumber(place)) for place in (2, 3)}
    for owner, delivery in _deliveries(made):
        if owner in owners:
            path = f"/v2/fonenumbers/{split_owner(owner)[1]}/deliveries/{delivery}/redeliver"
            yield a_call("POST", path, account=account)
    url = made.url(f"ok/{account}/1?{process}.{turn}")
    blocks = {"receive_notify": {"type": "Callback", "method": "JSON", "url": url}}
    yield a_call("PUT", f"/v2/fonenumbers/{fonenumber(1)}", {"message_options": blocks}, account=account)


def _deliveries(made: World) -> list[tuple[str, str]]:
    items = made.stack.items("DELIVERIES_TABLE")
    return [(item["owner"]["S"], item["delivery"]["S"]) for item in items if "packed" in item]


def _come_to_rest(made: World, worker: Worker, records: list[dict[str, Any]]) -> Verdict:
    left = settle(worker, records)
    requeue(worker)
    before = balance(made, events_of(records))
    made.healthy = True
    left += settle(worker, retries(made), receives=1)
    requeue(worker)
    verdict = balance(made, events_of(records))
    verdict.stuck = sorted({*before.stuck, *verdict.stuck})
    verdict.wrong = [f"would be a dead letter: {one['body'][:200]}" for one in left]
    return verdict


def _status(ended: Ended) -> int:
    return int(ended.answer["statusCode"]) if ended.answer else 599


def _add_rotated(secrets: Mapping[str, list[str]], answers: list[tuple[Job, Ended]]) -> None:
    for (function, event), ended in answers:
        if function == "api" and event["rawPath"].endswith("rotate") and _status(ended) == 200:
            secrets[_account(event)].append(json.loads(ended.answer["body"])["signing_secret"]["secret"])


def _account(event: Mapping[str, Any]) -> str:
    return str(event["requestContext"]["authorizer"]["jwt"]["claims"]["account_id"])


def _mixed_up(made: World, secrets: Mapping[str, list[str]]) -> Iterator[str]:
    """Requests that reached another account's receiver, or were signed with another account's secret."""
    owners = {delivery: owner.partition("#")[0] for owner, delivery in _deliveries(made)}
    for path, received in made.received:
        account, headers = path.split("/")[2], received.headers
        if owners.get(headers["webhook-id"]) != account:
            yield f"{headers['webhook-id']} of {owners.get(headers['webhook-id'])} reached {path}"
        valid = {
            part
            for secret in secrets[account]
            for part in sign(headers["webhook-id"], int(headers["webhook-timestamp"]), received.body, [secret]).split()
        }
        if not valid & set(headers["webhook-signature"].split()):
            yield f"{headers['webhook-id']} at {path} is signed with no secret that {account} was shown"


def _mixed_up_answers(answers: list[tuple[Job, Ended]]) -> Iterator[str]:
    """Answers of the API that show something of another account."""
    for (function, event), ended in answers:
        if function == "api" and _status(ended) < 300:
            for other in set(ACCOUNTS) - {_account(event)}:
                if other in ended.answer["body"]:
                    yield f"{event['rawPath']} of {_account(event)} shows {other}"


def _lost_updates(made: World, answers: list[tuple[Job, Ended]]) -> Iterator[str]:
    """The last setting that each process was told of, of the kind that nobody else set, has to be there, and on."""
    told: dict[tuple[str, str], str] = {}
    for (function, event), ended in answers:
        kind = event["rawPath"].removeprefix("/v2/") if function == "api" else ""
        if kind in SET_KINDS and _status(ended) == 200:
            told[build_owner(_account(event), fonenumber(9)), kind] = json.loads(event["body"])["url"]
    for key, url in told.items():
        callback = made.stack.callbacks().load([key]).callback(key)
        if callback is None or callback.url != url:
            yield f"{key}: told {url}, set is {callback and callback.url}"
        elif callback.disabled:
            yield f"{key}: turned off, {callback.disabled}"
