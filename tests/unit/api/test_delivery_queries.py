"""Queries of the log."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.delivery_queries import SOON, UNDER_WAY, Filter, Standing, attention_query, build_query, on_its_way, repeatable
from ringback.models import Attempt, AttemptReason, Delivery, DeliveryStatus, Event, Outcome, delivery_id
from ringback.timestamps import from_millis

NOW = datetime(2026, 11, 23, 17, 36, tzinfo=UTC)


def bounds(wanted: Filter, *, newest_first: bool = True, after: str = "") -> Any:
    query = build_query("o", wanted, newest_first=newest_first, after=after)
    assert query
    return query["ExpressionAttributeValues"]


def id_at(time: datetime) -> str:
    event = Event(kind="messages/receive_notify", account="1", fonenumber="3215551212", id="1", time=time, data={})
    return delivery_id(event)


@pytest.mark.parametrize(
    ("time", "inside"),
    [
        (NOW - timedelta(milliseconds=1), False),
        (NOW, True),
        (NOW + timedelta(hours=1) - timedelta(milliseconds=1), True),
        (NOW + timedelta(hours=1), False),
    ],
)
def test_a_span_is_a_range_of_ids_from_its_start_to_before_its_end(time: datetime, *, inside: bool) -> None:
    values = bounds(Filter(since=NOW, until=NOW + timedelta(hours=1)))

    assert (values[":first"]["S"] <= id_at(time) <= values[":end"]["S"]) is inside


@pytest.mark.parametrize(
    "time", [datetime(1, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
)
def test_no_span_holds_every_id(time: datetime) -> None:
    values = bounds(Filter())

    assert values[":first"]["S"] <= id_at(time) <= values[":end"]["S"]


def test_a_list_goes_on_with_the_next_id_in_its_order() -> None:
    after = "01a2097a9c00d5d981b4cb27a1dc9500"

    assert bounds(Filter(), after=after)[":end"]["S"] == "01a2097a9c00d5d981b4cb27a1dc94ff"
    assert bounds(Filter(), newest_first=False, after=after)[":first"]["S"] == "01a2097a9c00d5d981b4cb27a1dc9501"


@pytest.mark.parametrize(
    ("after", "newest_first"), [("01a2097a9c00" + "0" * 20, True), ("0" * 32, True), ("f" * 32, False)]
)
def test_after_the_last_id_of_a_span_there_is_nothing_to_ask_for(after: str, *, newest_first: bool) -> None:
    """DynamoDB takes a range that ends before it begins for a mistake."""
    wanted = Filter(
        since=from_millis(0x01A2097A9C00) if after.startswith("01") else None, until=from_millis(0x01A2097A9C01)
    )

    assert build_query("o", wanted, newest_first=newest_first, after=after) is None
    assert attention_query("1", wanted, newest_first=newest_first, after=after) is None


def test_filters_are_all_of_them_to_hold() -> None:
    wanted = Filter(statuses=(DeliveryStatus.FAILED, DeliveryStatus.PENDING), events=("a/b",))
    query = build_query("o", wanted, newest_first=False)
    assert query
    query = repeatable(query, NOW)

    assert query["FilterExpression"] == (
        "#status IN (:status0, :status1) AND #event IN (:event0)"
        " AND (attribute_not_exists(#reason) OR #reason <> :test)"
        " AND (attribute_not_exists(due) OR due > :soon OR due < :lost)"
    )
    assert query["ExpressionAttributeValues"][":event0"] == {"S": "a/b"}


TRY = Attempt(number=1, at=NOW, reason=AttemptReason.EVENT, outcome=Outcome.TIMEOUT, milliseconds=15_000)
ANSWERED = replace(TRY, number=2, outcome=Outcome.STATUS, status=503)
EVENT = Event(
    kind="messages/receive_notify",
    account="1",
    fonenumber="3215551212",
    id="e",
    time=NOW,
    data={"to": "+1 321 555 1212", "from": "+13215551111"},
)
DELIVERY = Delivery(id="0" * 32, event=EVENT, created=NOW, attempts=(TRY, ANSWERED))


@pytest.mark.parametrize(
    ("wanted", "matches"),
    [
        (Filter(), True),
        (Filter(statuses=(DeliveryStatus.PENDING,)), True),
        (Filter(statuses=(DeliveryStatus.FAILED,)), False),
        (Filter(events=("messages/receive_notify",)), True),
        (Filter(events=("calls/receive_notify",)), False),
        (Filter(event_id="e"), True),
        (Filter(event_id="other"), False),
        (Filter(outcome=Outcome.STATUS), True),
        (Filter(outcome=Outcome.TIMEOUT), False),
        (Filter(http_status=503), True),
        (Filter(http_status=500), False),
        (Filter(other_party="3215551111"), True),
        (Filter(other_party="3215551212"), False),
        (Filter(http_status=503, other_party="3215550000"), False),
    ],
)
def test_what_a_query_cannot_tell_is_told_by_the_delivery(wanted: Filter, *, matches: bool) -> None:
    """Its last attempt counts, which is the one that a list shows."""
    assert wanted.matches(DELIVERY) is matches


def test_a_delivery_without_an_attempt_has_no_outcome() -> None:
    assert not Filter(outcome=Outcome.STATUS).matches(replace(DELIVERY, attempts=()))


@pytest.mark.parametrize(
    ("statuses", "only", "everything"),
    [
        (Standing.ATTENTION.statuses, True, True),
        (Standing.FAILED.statuses, True, False),
        (Standing.PENDING.statuses, True, False),
        (Standing.DELIVERED.statuses, False, False),
        ((), False, False),
    ],
)
def test_the_index_of_attention_answers_for_what_has_not_arrived(
    statuses: tuple[DeliveryStatus, ...], *, only: bool, everything: bool
) -> None:
    wanted = Filter(statuses=statuses)

    assert (wanted.only_attention, wanted.all_attention) == (only, everything)


@pytest.mark.parametrize(
    ("due", "way"),
    [
        (None, False),
        (NOW + timedelta(hours=1), False),
        (NOW + SOON, True),
        (NOW, True),
        (NOW - UNDER_WAY, True),
        (NOW - UNDER_WAY - timedelta(seconds=1), False),
    ],
)
def test_what_is_due_now_may_be_on_its_way_until_its_message_must_have_died(due: datetime | None, *, way: bool) -> None:
    event = Event(kind="messages/receive_notify", account="1", fonenumber="3215551212", id="1", time=NOW, data={})

    assert on_its_way(Delivery(id="d", event=event, created=NOW, due=due), NOW) is way


@pytest.mark.parametrize(
    ("delivery", "inside"),
    [
        (id_at(NOW), True),
        (id_at(NOW + timedelta(minutes=59)), True),
        (id_at(NOW - timedelta(milliseconds=1)), False),
        (id_at(NOW + timedelta(hours=1)), False),
        (id_at(NOW)[:-1], False),
        (id_at(NOW) + "0", False),
        ("z" * 32, False),
    ],
)
def test_a_list_goes_on_from_an_id_of_its_own_span_alone(delivery: str, *, inside: bool) -> None:
    assert Filter(since=NOW, until=NOW + timedelta(hours=1)).spans(delivery) is inside
    assert Filter().spans(delivery) is (len(delivery) == 32 and delivery[0] != "z")
