"""Sending again: one delivery, and all that match."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from api import redelivery
from api.redelivery import Redelivery
from requeue.due import requeue
from ringback.aws.sqs import Queue
from ringback.errors import InfrastructureError
from ringback.models import AttemptReason, DeliveryStatus
from ringback.timestamps import to_millis
from tests.integration.api.keeping import FAILED, KIND, NUMBER, PATH, keep, listed, made
from tests.integration.calling import ACCOUNT, NOW, OTHER_ACCOUNT, Api


def set_callback(api: Api, kind: str = KIND) -> None:
    fields = {"fonenumber": NUMBER, "type": "Callback", "method": "POST", "url": "https://my.example.com/"}
    assert api.post(f"/v2/{kind}", fields).status == 200


def queued(api: Api) -> list[dict[str, Any]]:
    return [json.loads(message["Body"]) for message in api.stack.messages("RETRIES_QUEUE_URL")]


def all_queued(api: Api) -> list[dict[str, Any]]:
    return [message for batch in iter(lambda: queued(api), []) for message in batch]


def run_requeue(api: Api) -> None:
    retries = Queue(url=api.stack.environment["RETRIES_QUEUE_URL"], client=api.stack.sqs)
    requeue(index=api.parts.due_index, retries=retries, clock=api.clock, time_left=lambda: 60)


# ── Sending one again ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", [FAILED, DeliveryStatus.DELIVERED, DeliveryStatus.CANCELLED])
def test_a_settled_delivery_is_made_again_at_once(api: Api, status: DeliveryStatus) -> None:
    delivery = made(1, status=status)
    keep(api, [delivery])
    set_callback(api)

    answer = api.post(f"{PATH}/deliveries/{delivery.id}/redeliver")

    assert (answer.status, answer.json["delivery"]["status"]) == (202, "pending")
    due = round(NOW.timestamp() * 1000)
    assert queued(api) == [{"version": 1, "owner": delivery.owner, "delivery": delivery.id, "due": due}]
    [stored] = api.stack.deliveries().load([(delivery.owner, delivery.id)]).deliveries.values()
    assert (stored.due, stored.tries, stored.reason) == (NOW, 0, AttemptReason.REDELIVERY)
    assert stored.attempts == delivery.attempts


def test_of_a_pending_delivery_the_next_attempt_is_moved_to_now(api: Api) -> None:
    delivery = made(1, status=DeliveryStatus.PENDING, due=NOW + timedelta(hours=2), note="waits")
    keep(api, [delivery], parked=True)
    set_callback(api)

    api.post(f"{PATH}/deliveries/{delivery.id}/redeliver")

    [item] = api.stack.items("DELIVERIES_TABLE")
    assert item["due"]["N"] == str(round(NOW.timestamp() * 1000))
    assert item["due_shard"]["S"].startswith("queued#")
    assert "note" not in item
    assert len(queued(api)) == 1


@pytest.mark.parametrize("seconds", [1, 0, -600])
def test_what_is_on_its_way_is_left_alone(api: Api, seconds: int) -> None:
    delivery = made(1, status=DeliveryStatus.PENDING, due=NOW + timedelta(seconds=seconds))
    keep(api, [delivery])
    set_callback(api)
    before = api.stack.items("DELIVERIES_TABLE")

    answer = api.post(f"{PATH}/deliveries/{delivery.id}/redeliver")
    many = api.post(f"{PATH}/redeliver", {"since": "2026-01-01", "status": "pending"})

    assert (answer.status, many.json["redelivery"]["count"]) == (202, 0)
    assert queued(api) == []
    assert api.stack.items("DELIVERIES_TABLE") == before


def test_what_lost_its_message_is_sent_after_all(api: Api) -> None:
    delivery = made(60, status=DeliveryStatus.PENDING, due=NOW - timedelta(minutes=16))
    keep(api, [delivery])
    set_callback(api)

    api.post(f"{PATH}/deliveries/{delivery.id}/redeliver")

    assert len(queued(api)) == 1


def test_twice_at_once_is_sent_once(api: Api) -> None:
    delivery = made(1)
    keep(api, [delivery])
    set_callback(api)

    answers = [api.post(f"{PATH}/deliveries/{delivery.id}/redeliver") for _ in range(2)]

    assert [answer.status for answer in answers] == [202, 202]
    assert len(queued(api)) == 1


def test_without_its_callback_nothing_is_sent_again(api: Api) -> None:
    delivery = made(1)
    keep(api, [delivery])
    url = f"{PATH}/deliveries/{delivery.id}/redeliver"

    gone = api.post(url)
    set_callback(api)
    [callback] = api.parts.numbers.callbacks(delivery.owner).values()
    api.parts.health.disable(callback, "the receiver answered 410 Gone", at=NOW)
    off = api.post(url)
    many = api.post(f"{PATH}/redeliver", {"since": "2026-01-01", "event": KIND})

    assert (gone.status, gone.message) == (
        409,
        f"{KIND} of {NUMBER} is no longer set; set it and redeliver",
    )
    turned_off = f"{KIND} of {NUMBER} is turned off: the receiver answered 410 Gone; set it again and redeliver"
    assert (off.status, off.message) == (409, turned_off)
    assert (many.status, many.message) == (409, turned_off)
    assert api.post(f"{PATH}/redeliver", {"since": "2026-01-01"}).json["redelivery"]["count"] == 0
    assert queued(api) == []


def test_a_test_is_not_sent_again(api: Api) -> None:
    delivery = made(1, reason=AttemptReason.TEST)
    keep(api, [delivery])
    set_callback(api)

    answer = api.post(f"{PATH}/deliveries/{delivery.id}/redeliver")

    assert (answer.status, answer.message) == (409, "a test cannot be redelivered; POST …/test sends another")
    assert api.post(f"{PATH}/redeliver", {"since": "2026-01-01"}).json["redelivery"]["count"] == 0


def test_if_the_queue_is_out_of_reach_requeue_finds_it_in_the_table(api: Api) -> None:
    delivery = made(1)
    keep(api, [delivery])
    set_callback(api)
    with pytest.MonkeyPatch.context() as monkeypatch:

        def unreachable(*_: object) -> None:
            raise InfrastructureError("sending to a queue")

        monkeypatch.setattr("ringback.aws.sqs.Queue.send", unreachable)
        answer = api.post(f"{PATH}/deliveries/{delivery.id}/redeliver")

    assert answer.status == 202
    run_requeue(api)
    assert [message["delivery"] for message in queued(api)] == [delivery.id]


KILLS = 5
"""At each step."""


class Killed(BaseException):
    """Lambda ends the process."""


STEPS = (("update_item", 1), ("send_message_batch", 1), ("update_item", 2))
"""What sending one again does, in order: park it, send its message, note that it is sent."""


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("operation", "call"), STEPS, ids=["park", "send", "note"])
def test_wherever_the_api_dies_what_was_accepted_happens(api: Api, operation: str, call: int, *, after: bool) -> None:
    """Untouched, on the queue, or where `requeue` finds it; and asking again is answered."""
    deliveries = [made(minutes) for minutes in range(1, KILLS + 1)]
    keep(api, deliveries)
    set_callback(api)
    client: Any = api.stack.sqs if operation == "send_message_batch" else api.stack.dynamodb
    whole, calls = getattr(client, operation), count(1)

    def dying(**request: Any) -> Any:
        last = next(calls) == call
        answer = None if last and not after else whole(**request)
        if last:
            raise Killed
        return answer

    parts = api.parts
    sending = Redelivery(
        log=parts.log, numbers=parts.numbers, recorder=parts.recorder, index=parts.due_index, turns=parts.turns
    )
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(client, operation, dying)
        for delivery in deliveries:
            calls = count(1)
            with pytest.raises(Killed):
                sending.one(delivery.owner, delivery.id, NOW)

    answers = {api.post(f"{PATH}/deliveries/{delivery.id}/redeliver").status for delivery in deliveries}
    run_requeue(api)
    dues = {item["delivery"]["S"]: int(item["due"]["N"]) for item in api.stack.items("DELIVERIES_TABLE")}
    sent = {message["delivery"]: message["due"] for message in all_queued(api)}
    assert answers == {202}
    assert sent == dues


def test_who_writes_at_the_same_time_wins(api: Api) -> None:
    delivery = made(1)
    keep(api, [delivery])
    set_callback(api)
    item = api.parts.log.item(delivery.owner, delivery.id)
    keep(api, [replace(delivery, version=1)])  # `deliver` records an attempt
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(api.parts.log, "item", lambda *_: item)
        answer = api.post(f"{PATH}/deliveries/{delivery.id}/redeliver")

    assert (answer.status, answer.message[:40]) == (409, "changed by another request at the same t")
    assert queued(api) == []


# ── Sending many again ────────────────────────────────────────────────────────────────────────────────────────────────


def test_all_that_match_become_due_one_after_the_other(api: Api) -> None:
    keep(api, [made(minutes) for minutes in range(1, 5)])
    keep(api, [made(5, status=DeliveryStatus.DELIVERED), made(6, kind="faxes/send_notify"), made(90)])
    set_callback(api)
    wanted = {"since": "2026-11-23T17:00:00Z", "until": "2026-11-23T17:35:00Z"}

    count = api.post(f"{PATH}/redeliver", {**wanted, "dry_run": True})
    pending_before = listed(api, "?status=pending")
    answer = api.post(f"{PATH}/redeliver", form=wanted)

    assert (count.status, count.json) == (202, {"redelivery": {"count": 3, "dry_run": True, "cursor": None}})
    assert pending_before == []
    assert answer.json == {"redelivery": {"count": 3, "dry_run": False, "cursor": None}}
    pending = api.get(f"{PATH}/deliveries?status=pending").json["deliveries"]
    assert [(delivery["event_id"], delivery["next_attempt"]) for delivery in reversed(pending)] == [
        ("event-4", "2026-11-23T17:36:00.000Z"),
        ("event-3", "2026-11-23T17:36:00.050Z"),
        ("event-2", "2026-11-23T17:36:00.100Z"),
    ]
    parked = [item for item in api.stack.items("DELIVERIES_TABLE") if "due_shard" in item]
    assert len(parked) == 3
    assert queued(api) == []


def test_more_than_one_request_takes_go_on_by_the_cursor_at_the_same_rate(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redelivery, "MAX_COUNT", 2)
    keep(api, [made(minutes) for minutes in range(1, 6)])
    set_callback(api)

    counts, cursor = [], None
    while True:
        body = {"since": "2026-11-23T17:00:00Z", "cursor": cursor}
        answer = api.post(f"{PATH}/redeliver", body).json["redelivery"]
        counts.append(answer["count"])
        cursor = answer["cursor"]
        if cursor is None:
            break

    assert counts == [2, 2, 1]
    dues = sorted(int(item["due"]["N"]) for item in api.stack.items("DELIVERIES_TABLE"))
    assert [due - dues[0] for due in dues] == [0, 50, 100, 150, 200]
    monkeypatch.undo()
    everything = api.post(f"{PATH}/redeliver", {"since": "2026-11-23T17:00:00Z", "status": "pending", "dry_run": True})
    assert everything.json["redelivery"]["count"] == 0


def test_an_account_s_requests_share_one_rate(api: Api) -> None:
    """However many it makes at once, for however many numbers: a receiver that is just up again may serve them all."""
    other = "3215559999"
    keep(api, [made(minutes, fonenumber=number) for number in (NUMBER, other) for minutes in range(1, 4)])
    keep(api, [made(account=OTHER_ACCOUNT)])
    set_callback(api)
    api.post(f"/v2/{KIND}", {"fonenumber": other, "method": "POST", "url": "https://my.example.com/"})
    api.post(
        f"/v2/{KIND}",
        {"fonenumber": NUMBER, "method": "POST", "url": "https://my.example.com/"},
        account=OTHER_ACCOUNT,
    )

    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(
            lambda number: api.post(f"/v2/fonenumbers/{number}/redeliver", {"since": "2026-11-23"}), (NUMBER, other)
        )
        counts = [answer.json["redelivery"]["count"] for answer in answers]
    api.post(f"{PATH}/redeliver", {"since": "2026-11-23"}, account=OTHER_ACCOUNT)

    items = api.stack.items("DELIVERIES_TABLE")
    dues = sorted(int(item["due"]["N"]) - to_millis(NOW) for item in items if item["owner"]["S"].startswith(ACCOUNT))
    elsewhere = [item["due"]["N"] for item in items if item["owner"]["S"].startswith(OTHER_ACCOUNT)]
    assert counts == [3, 3]
    assert dues == [0, 50, 100, 150, 200, 250]
    assert elsewhere == [str(to_millis(NOW))]


def test_a_message_s_own_callback_is_never_gone(api: Api) -> None:
    keep(api, [made(1, kind="messages/confirm")])

    assert api.post(f"{PATH}/redeliver", {"since": "2026-11-01"}).json["redelivery"]["count"] == 1
