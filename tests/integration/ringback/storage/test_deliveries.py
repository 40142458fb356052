"""The Deliveries table on moto."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from deliver.messages import MAX_BYTES
from ringback.callbacks.rules import MAX_CREDENTIAL_CHARACTERS
from ringback.callbacks.url import MAX_CHARACTERS
from ringback.models import (
    Attempt,
    AttemptReason,
    Callback,
    CallbackType,
    Delivery,
    DeliveryStatus,
    Event,
    Method,
    Outcome,
)
from ringback.redaction import KEPT_HEADERS, MAX_HEADER
from ringback.storage.deliveries import ATTENTION_INDEX, DeliveryStore, Superseded, Written
from tests.integration.stack import Stack

NOW = datetime(2026, 11, 23, 17, 36, 0, 123_000, tzinfo=UTC)
PLANTED = "planted-password"
EVENT = Event(
    kind="messages/receive_notify",
    account="1000001",
    fonenumber="3215551212",
    id="0c40",
    time=NOW,
    data={"to": "3215551212", "message": "café ((to)) 😀", "pages": 3},
)
NEW = Delivery(id="0199", event=EVENT, created=NOW)
KEY = (NEW.owner, NEW.id)
TRY = Attempt(
    number=1,
    at=NOW,
    reason=AttemptReason.EVENT,
    outcome=Outcome.STATUS,
    status=503,
    milliseconds=12,
    detail="HTTP 503",
    excerpt="busy",
)
FAILING = NEW.after(TRY, status=DeliveryStatus.PENDING, due=NOW + timedelta(seconds=5))
ARRIVED = NEW.after(replace(TRY, outcome=Outcome.DELIVERED), status=DeliveryStatus.DELIVERED, due=None)


MAX_OF_AN_ITEM = 409_600
"""DynamoDB's limit, in bytes."""


def item_size(value: dict[str, Any]) -> int:
    """As DynamoDB counts: names and values in UTF-8, 3 bytes for a map and 1 for each of its entries."""
    size = 0
    for name, typed in value.items():
        [(kind, held)] = typed.items()
        size += len(name.encode())
        match kind:
            case "M":
                size += 3 + len(held) + item_size(held)
            case "B":
                size += len(held)
            case _:
                size += len(str(held).encode())  # a number takes about half
    return size


def record(store: DeliveryStore, deliveries: Sequence[Delivery], *, parked: bool = False) -> list[Written | Superseded]:
    return list(store.record(deliveries, parked=lambda _: parked).values())


@pytest.mark.parametrize("delivery", [FAILING, ARRIVED, NEW.cancelled("not wanted")])
def test_a_delivery_comes_back_as_it_was_recorded(stack: Stack, delivery: Delivery) -> None:
    """With its event, its attempts and its place in the schedule; its version counts the writes."""
    assert record(stack.deliveries(), [delivery]) == [Written.YES]

    stored = stack.deliveries().load([KEY, (NEW.owner, "other")])

    assert stored.deliveries == {KEY: replace(delivery, version=1)}
    assert stored.unread == {}


def test_a_callback_that_travelled_in_its_event_is_kept_with_its_password_sealed(stack: Stack) -> None:
    """A delivery receipt is retried for days like everything else."""
    callback = Callback(
        owner=NEW.owner,
        event="messages/confirm",
        type=CallbackType.CALLBACK,
        method=Method.JSON,
        url="https://example.com/",
        url_username="me",
        url_password=PLANTED,
    )
    delivery = replace(FAILING, event=replace(EVENT, kind="messages/confirm", callback=callback))
    record(stack.deliveries(), [delivery])

    assert PLANTED not in repr(stack.items("DELIVERIES_TABLE"))
    assert stack.deliveries().load([KEY]).deliveries[KEY].event.callback == callback


def test_so_is_the_rule_that_one_breaks(stack: Stack) -> None:
    callback = Callback(
        owner=NEW.owner, event="messages/confirm", type=CallbackType.CALLBACK, refused="url: not absolute"
    )
    delivery = replace(FAILING, event=replace(EVENT, kind="messages/confirm", callback=callback))
    record(stack.deliveries(), [delivery])

    assert stack.deliveries().load([KEY]).deliveries[KEY].event.callback == callback


def test_only_one_of_two_writers_wins(stack: Stack) -> None:
    """Two environments had the same message; the slower one learns that it is too late."""
    record(stack.deliveries(), [FAILING])
    read = stack.deliveries().load([KEY]).deliveries[KEY]
    first = read.after(TRY, status=DeliveryStatus.DELIVERED, due=None)
    second = read.after(TRY, status=DeliveryStatus.PENDING, due=NOW)

    assert record(stack.deliveries(), [first]) == [Written.YES]
    stands = Superseded(replace(first, version=2))
    assert record(stack.deliveries(), [second]) == [stands]
    assert record(stack.deliveries(), [FAILING]) == [stands]
    assert stack.deliveries().load([KEY]).deliveries[KEY].status is DeliveryStatus.DELIVERED


def test_a_write_whose_answer_is_lost_has_happened(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Botocore sends it again, and its condition fails against our own write; whoever wrote goes on all the same."""
    stack.lose_answers(monkeypatch, "put_item")

    assert record(stack.deliveries(), [FAILING]) == [Written.YES]
    read = stack.deliveries().load([KEY]).deliveries[KEY]
    assert record(stack.deliveries(), [read.after(TRY, status=DeliveryStatus.DELIVERED, due=None)]) == [Written.YES]


def test_arriving_at_the_first_attempt_beats_a_failure(stack: Stack) -> None:
    """Of an event received twice, one attempt failed and the other arrived: it has arrived."""
    record(stack.deliveries(), [FAILING])

    assert record(stack.deliveries(), [ARRIVED]) == [Written.YES]
    assert stack.deliveries().load([KEY]).deliveries[KEY].settled


@pytest.mark.parametrize(
    ("delivery", "found"),
    [
        (FAILING, [KEY[1]]),
        (replace(FAILING, status=DeliveryStatus.FAILED, due=None), [KEY[1]]),
        (ARRIVED, []),
        (NEW.cancelled("not wanted"), []),
    ],
    ids=["pending", "failed", "delivered", "cancelled"],
)
def test_only_what_has_not_arrived_is_on_the_index_of_attention(
    stack: Stack, delivery: Delivery, found: list[str]
) -> None:
    """So that what succeeds pays nothing for it; and what arrives later leaves it."""
    record(stack.deliveries(), [delivery])

    assert on_the_index(stack) == found
    record(stack.deliveries(), [replace(ARRIVED, version=1)])
    assert on_the_index(stack) == []


def on_the_index(stack: Stack) -> list[str]:
    page = stack.dynamodb.query(
        TableName=stack.environment["DELIVERIES_TABLE"],
        IndexName=ATTENTION_INDEX,
        KeyConditionExpression="attention = :account",
        ExpressionAttributeValues={":account": {"S": EVENT.account}},
    )
    return [item["delivery"]["S"] for item in page["Items"]]


def test_a_delivery_is_kept_for_its_retention(stack: Stack) -> None:
    """DynamoDB deletes it then; counted from when we got it, whatever time the event claims."""
    record(stack.deliveries(), [replace(ARRIVED, event=replace(EVENT, time=NOW - timedelta(days=3_000)))])

    [item] = stack.items("DELIVERIES_TABLE")
    assert int(item["expires"]["N"]) == int((NOW + timedelta(days=30)).timestamp())


def noise(size: int, *, first: int = 0x4E00, last: int = 0x9FFF) -> str:
    """*size* characters that nothing makes shorter, of three bytes each."""
    dice = random.Random(size)  # noqa: S311 - the same ones each time
    return "".join(chr(dice.randint(first, last)) for _ in range(size))


def test_the_largest_delivery_fits_into_an_item(stack: Stack) -> None:
    """A receiver answers with what takes most, and the delivery is sent again and again: each attempt is recorded."""
    callback = Callback(
        owner=NEW.owner,
        event="messages/confirm",
        type=CallbackType.CALLBACK,
        method=Method.POST,
        url=f"https://example.com/{'ü' * MAX_CHARACTERS}",
        url_username="ü" * MAX_CREDENTIAL_CHARACTERS,
        url_password="ü" * MAX_CREDENTIAL_CHARACTERS,
    )
    event = replace(
        EVENT, kind="messages/confirm", data={"message": noise(MAX_BYTES, first=0x20, last=0x7E)}, callback=callback
    )
    delivery = replace(NEW, event=event, note="\0" * 5_000)
    headers = {name.decode(): noise(MAX_HEADER, first=0xC0, last=0x17F) for name in KEPT_HEADERS}
    worst = replace(TRY, detail=noise(5_000), excerpt=noise(1_024), milliseconds=15_000, method="POST", headers=headers)
    worst = replace(worst, url=f"https://example.com/{noise(MAX_CHARACTERS)}")
    for number in range(1, 101):
        delivery = delivery.after(replace(worst, number=number), status=DeliveryStatus.FAILED, due=None)

    assert record(stack.deliveries(), [replace(delivery, note="\0" * 5_000)]) == [Written.YES]

    [item] = stack.items("DELIVERIES_TABLE")
    stored = stack.deliveries().load([KEY]).deliveries[KEY]
    assert item_size(item) < 0.95 * MAX_OF_AN_ITEM
    assert [attempt.number for attempt in stored.attempts] == [*range(1, 6), *range(86, 101)]
    assert (stored.attempt_count, stored.next_attempt) == (100, 101)


@pytest.mark.parametrize(
    ("excerpt", "kept"),
    [
        ("busy", 4),
        ("x" * 1_024, 1_024),
        ("ไ" * 1_024, 1_024),
        ('"' * 1_024, 1_024),
        ("😀" * 1_024, 768),
        ("\0" * 1_024, 512),
        ("\0" * 512 + "x" * 512, 512),
    ],
)
def test_an_excerpt_is_kept_as_far_as_its_bytes_fit(stack: Stack, excerpt: str, kept: int) -> None:
    """No charset makes more than three bytes of one; only what is no text takes more."""
    attempt = replace(TRY, excerpt=excerpt)
    record(stack.deliveries(), [NEW.after(attempt, status=DeliveryStatus.FAILED, due=None)])

    [stored] = stack.deliveries().load([KEY]).deliveries[KEY].attempts
    assert stored.excerpt == excerpt[:kept]


def test_one_delivery_that_is_not_taken_does_not_hold_up_the_others(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each write says for itself how it went; what was busy is tried again by itself."""
    whole, together = stack.dynamodb.put_item, stack.dynamodb.batch_execute_statement

    def busy(**asked: Any) -> dict[str, Any]:
        """The last one is not done."""
        done = together(Statements=asked["Statements"][:-1])
        return {"Responses": [*done["Responses"], {"Error": {"Code": "ThrottlingError"}}]}

    def throttling(**request: Any) -> object:
        if "bad" in str(request["Item"]):
            raise ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "PutItem")
        return whole(**request)

    monkeypatch.setattr(stack.dynamodb, "put_item", throttling)
    monkeypatch.setattr(stack.dynamodb, "batch_execute_statement", busy)

    written = stack.deliveries().record([FAILING, replace(FAILING, id="bad")], parked=lambda _: False)

    assert written == {KEY: Written.YES, (NEW.owner, "bad"): Written.NO}


SEVERAL = [replace(FAILING, id=f"{number:04}") for number in range(60)]


def test_the_first_writes_of_several_go_25_at_a_time(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a breaker puts in line is a hundred at once; each is stored as it would be by itself."""
    sizes: list[int] = []
    whole = stack.dynamodb.batch_execute_statement

    def noting(**asked: Any) -> Any:
        sizes.append(len(asked["Statements"]))
        return whole(**asked)

    with monkeypatch.context() as patch:
        patch.setattr(stack.dynamodb, "put_item", pytest.fail)
        patch.setattr(stack.dynamodb, "batch_execute_statement", noting)
        assert record(stack.deliveries(), SEVERAL) == [Written.YES] * 60
    together = stack.items("DELIVERIES_TABLE")
    assert sizes == [25, 25, 10]

    for item in together:
        key = {"owner": item["owner"], "delivery": item["delivery"]}
        stack.dynamodb.delete_item(TableName="DeliveriesTable", Key=key)
    for delivery in SEVERAL:
        record(stack.deliveries(), [delivery])

    assert stack.items("DELIVERIES_TABLE") == together


def test_one_by_itself_needs_no_permission_to_insert(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The API has none."""
    monkeypatch.setattr(stack.dynamodb, "batch_execute_statement", pytest.fail)

    assert record(stack.deliveries(), [FAILING]) == [Written.YES]


def test_of_several_the_one_that_somebody_else_wrote_is_superseded(stack: Stack) -> None:
    """The others are written."""
    record(stack.deliveries(), [replace(ARRIVED, id="0001")])

    written = dict(stack.deliveries().record(SEVERAL, parked=lambda _: False))

    assert written.pop((NEW.owner, "0001")) == Superseded(replace(ARRIVED, id="0001", version=1))
    assert set(written.values()) == {Written.YES}


def test_several_whose_answer_is_lost_have_been_written(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Botocore sends them again, and each meets its own."""
    stack.lose_answers(monkeypatch, "batch_execute_statement")

    assert record(stack.deliveries(), SEVERAL) == [Written.YES] * 60


def test_who_may_not_insert_writes_one_by_one(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """A permissions boundary that was written before there was such a permission; or a call that is too large."""

    def refused(**_: object) -> None:
        answer: Any = {"Error": {"Code": "AccessDeniedException"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
        raise ClientError(answer, "BatchExecuteStatement")

    monkeypatch.setattr(stack.dynamodb, "batch_execute_statement", refused)

    assert record(stack.deliveries(), SEVERAL) == [Written.YES] * 60


def test_a_table_that_does_not_answer_takes_none_of_several(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor are they tried one by one: that would take minutes."""

    def down(**_: object) -> None:
        raise ClientError({"Error": {"Code": "InternalServerError"}}, "BatchExecuteStatement")

    monkeypatch.setattr(stack.dynamodb, "batch_execute_statement", down)
    monkeypatch.setattr(stack.dynamodb, "put_item", pytest.fail)

    assert record(stack.deliveries(), SEVERAL) == [Written.NO] * 60


def test_a_table_out_of_reach_takes_nothing(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does it raise: every message is known to go back."""

    def down(**_: object) -> None:
        raise ClientError({"Error": {"Code": "InternalServerError"}}, "BatchWriteItem")

    monkeypatch.setattr(stack.dynamodb, "batch_write_item", down)

    assert record(stack.deliveries(), [ARRIVED]) == [Written.NO]
