"""Queries of the log."""

from datetime import UTC, datetime, timedelta

import pytest

from api.log_queries import SOON, UNDER_WAY, Filter, on_its_way, query_of, repeatable
from ringback.delivery_ids import delivery_id
from ringback.models import Delivery, DeliveryStatus, Event

NOW = datetime(2026, 11, 23, 17, 36, tzinfo=UTC)


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
    values = query_of("o", Filter(since=NOW, until=NOW + timedelta(hours=1)), newest_first=True)[
        "ExpressionAttributeValues"
    ]

    assert (values[":first"]["S"] <= id_at(time) <= values[":end"]["S"]) is inside


@pytest.mark.parametrize(
    "time", [datetime(1, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
)
def test_no_span_holds_every_id(time: datetime) -> None:
    values = query_of("o", Filter(), newest_first=True)["ExpressionAttributeValues"]

    assert values[":first"]["S"] <= id_at(time) <= values[":end"]["S"]


def test_filters_are_all_of_them_to_hold() -> None:
    wanted = Filter(status=DeliveryStatus.FAILED, events=("a/b", "c/d"))
    query = repeatable(query_of("o", wanted, newest_first=False), NOW)

    assert query["FilterExpression"] == (
        "#status = :status AND event IN (:event0, :event1)"
        " AND #reason <> :test AND (attribute_not_exists(due) OR due > :soon OR due < :lost)"
    )
    assert query["ExpressionAttributeValues"][":event1"] == {"S": "c/d"}


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
