"""Single writes under a condition, each fifty times with its answer lost: done once, and never somebody else's."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.account import AccountItems
from api.delivery_log import Log
from api.gateway.rate_limit import Allowance, RateLimit
from api.redelivery import TURN, RedeliveryTurns
from ringback.aws.dynamodb import Table
from ringback.aws.statements import Change, Condition, Item
from ringback.errors import InfrastructureError
from ringback.http.signature import encode_secret
from ringback.models import Callback, CallbackType, Delivery, DeliveryStatus, Event, Method
from ringback.storage.backlog import Backlog, backlog_partition
from ringback.storage.deliveries import Written
from ringback.storage.due_index import SHARDS, DueIndex, ScheduledDelivery, get_shard, queued, sought
from ringback.storage.numbers import Numbers
from ringback.timestamps import to_millis
from tests.integration.stack import Stack

MANY = 50
NOW = datetime(2026, 11, 23, 17, 36, tzinfo=UTC)
ACCOUNT = "1000001"
OWNER = f"{ACCOUNT}#3215551212"
KIND = "messages/receive_notify"
EVENT = Event(kind=KIND, account=ACCOUNT, fonenumber="3215551212", id="0c40", time=NOW, data={"to": "1"})
CALLBACK = Callback(
    owner=OWNER, event=KIND, type=CallbackType.CALLBACK, method=Method.JSON, url="https://example.com/?m=((msg))"
)
DELIVERIES = [
    Delivery(id=f"{number:032x}", event=EVENT, created=NOW, due=NOW + timedelta(hours=number)) for number in range(MANY)
]


def callbacks(stack: Stack) -> Table:
    return Table(name="CallbacksTable", partition="owner", sort="event", client=stack.dynamodb)


def deliveries(stack: Stack) -> Table:
    return Table(name="DeliveriesTable", partition="owner", sort="delivery", client=stack.dynamodb)


@pytest.fixture
def lost(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """A stack whose table does what it is asked for; the answer to every write is lost once."""
    for operation in ("put_item", "update_item", "delete_item"):
        stack.lose_answers(monkeypatch, operation)
    return stack


@pytest.fixture
def parked(stack: Stack) -> list[ScheduledDelivery]:
    """Deliveries on the due index."""
    stack.deliveries().record(DELIVERIES, parked=lambda _: True)
    return [ScheduledDelivery(owner=one.owner, delivery=one.id, due=one.due or NOW) for one in DELIVERIES]


def shards(stack: Stack) -> list[str]:
    return sorted(item["due_shard"]["S"] for item in stack.items("DELIVERIES_TABLE"))


# ── deliver and requeue ───────────────────────────────────────────────────────────────────────────────────────────────


def test_every_delivery_is_recorded(lost: Stack) -> None:
    written = lost.deliveries().record(DELIVERIES, parked=lambda _: False)
    again = [replace(one, version=1, status=DeliveryStatus.FAILED, due=None) for one in DELIVERIES]

    assert list(written.values()) == [Written.YES] * MANY
    assert list(lost.deliveries().record(again, parked=lambda _: False).values()) == [Written.YES] * MANY


@pytest.mark.parametrize(
    ("move", "partition"), [(DueIndex.unpark, queued), (DueIndex.note_sought, sought)], ids=["unpark", "note_sought"]
)
def test_every_delivery_moves_on_the_index(
    parked: list[ScheduledDelivery],
    lost: Stack,
    move: Callable[[DueIndex, ScheduledDelivery], None],
    partition: Callable[[str], str],
) -> None:
    index = DueIndex(table="DeliveriesTable", dynamodb=lost.dynamodb)

    for one in parked:
        move(index, one)

    assert shards(lost) == sorted(partition(get_shard(one.delivery)) for one in parked)


def test_every_delivery_that_leaves_its_line_is_counted(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = [replace(one, backlog=backlog_partition((OWNER, KIND), one.id)) for one in DELIVERIES]
    stack.deliveries().record(waiting, parked=lambda _: True)
    first = stack.backlogs().waiting(Backlog(callback=(OWNER, KIND)), MANY)
    stack.lose_answers(monkeypatch, "update_item")

    assert [stack.backlogs().release(one, due=NOW) for one in first] == [True] * MANY
    assert set(shards(stack)) <= set(SHARDS)


def test_every_failure_is_counted_once(lost: Stack) -> None:
    lost.callbacks().put(CALLBACK)

    counted = [lost.health().failed(CALLBACK, 1, since=NOW) for _ in range(MANY)]

    assert [breaker.failures for breaker in counted if breaker] == list(range(1, MANY + 1))


# ── The API ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_delivery_that_is_to_be_sent_again_is(parked: list[ScheduledDelivery], lost: Stack) -> None:
    """Nobody is told of a conflict, and nothing is left pending without a way back."""
    log = Log(table=deliveries(lost))
    items = [item for one in parked if (item := log.item(one.owner, one.delivery))]

    assert log.send_again([(item, NOW) for item in items]) == MANY
    assert [item["version"]["N"] for item in lost.items("DELIVERIES_TABLE")] == ["2"] * MANY
    assert shards(lost) == sorted(get_shard(one.delivery) for one in parked)


def test_who_was_too_late_is_still_told(parked: list[ScheduledDelivery], lost: Stack) -> None:
    """The same write by somebody else is not ours, however alike the two are."""
    log = Log(table=deliveries(lost))
    [item] = [item for one in parked[:1] if (item := log.item(one.owner, one.delivery))]

    assert [log.send_again([(item, NOW)]) for _ in range(2)] == [1, 0]


def test_every_request_is_counted_once(lost: Stack) -> None:
    """Not twice, and none is refused for its own sake."""
    rate = RateLimit(table=callbacks(lost), allowance=Allowance(per_second=1, burst=MANY))

    for _ in range(MANY):
        rate.take(ACCOUNT, NOW)

    [item] = lost.items("CALLBACKS_TABLE")
    assert item["rests"]["N"] == str(to_millis(NOW + timedelta(seconds=MANY)))


def test_every_turn_is_taken_once(lost: Stack) -> None:
    turns = RedeliveryTurns(table=callbacks(lost))

    taken = [turn for _ in range(MANY) for turn in turns.take(ACCOUNT, 2, NOW)]

    assert taken == [NOW + number * TURN for number in range(2 * MANY)]


def test_every_secret_that_is_stored_is_shown(lost: Stack) -> None:
    accounts = AccountItems(table=callbacks(lost), credentials=lost.credentials())
    times = [NOW + timedelta(days=number) for number in range(MANY)]

    made = accounts.create_secret(ACCOUNT, NOW, encode_secret(bytes(24)))
    rotated = [accounts.rotate_secret(ACCOUNT, at, encode_secret(str(at).encode())) for at in times]

    assert made
    assert all(rotated)
    assert accounts.secrets(ACCOUNT, NOW + timedelta(days=MANY)) == (encode_secret(str(times[-1]).encode()),)


def test_every_callback_that_is_withdrawn_is_gone(lost: Stack) -> None:
    numbers = Numbers(table=callbacks(lost), credentials=lost.credentials())
    keys = [(f"{ACCOUNT}#{3215550000 + number}", KIND) for number in range(MANY)]
    for key in keys:
        numbers.change({key: replace(CALLBACK, owner=key[0])}, declared_by="a stack")

    assert [numbers.withdraw(key, declared_by="another") for key in keys] == [False] * MANY
    assert [numbers.withdraw(key, declared_by="a stack") for key in keys] == [True] * MANY


def test_several_callbacks_are_set_by_a_request_that_dynamodb_knows_again(stack: Stack) -> None:
    """Botocore gives each transaction a token, and sends it with each try: for ten minutes it is done once."""
    sent: list[dict[str, Any]] = []
    numbers = Numbers(table=callbacks(stack), credentials=stack.credentials())
    events = stack.dynamodb.meta.events
    note = lambda params, **_: sent.append(params["body"])  # noqa: E731
    events.register("before-call.dynamodb.TransactWriteItems", note)

    numbers.change(
        {(OWNER, KIND): CALLBACK, (OWNER, "calls/send_notify"): replace(CALLBACK, event="calls/send_notify")}
    )

    events.unregister("before-call.dynamodb.TransactWriteItems", note)
    assert b"ClientRequestToken" in sent[0]  # type: ignore[comparison-overlap]


# ── Faults ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_condition_that_others_changed_says_what_stands(stack: Stack) -> None:
    table = callbacks(stack)
    item: Item = {**table.key((OWNER, KIND)), "url": {"S": "theirs"}}
    table.put(item, doing="setting it")

    write = table.update(
        (OWNER, KIND),
        Change(set={"url": {"S": "ours"}}),
        doing="changing it",
        only_if=Condition(holds="#url = :before", values={":before": {"S": "the first"}}),
    )

    assert (write.done, write.item) == (False, item)


def test_a_table_out_of_reach_is_our_fault(stack: Stack) -> None:
    nowhere = replace(callbacks(stack), name="nowhere")

    with pytest.raises(InfrastructureError, match="forgetting it: ResourceNotFoundException"):
        nowhere.delete((OWNER, KIND), doing="forgetting it")
