"""The id of a delivery."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ringback.models import Event, delivery_id

NOW = datetime(2026, 11, 23, 17, 36, tzinfo=UTC)
EVENT = Event(
    kind="calls/receive_notify", account="1000001", fonenumber="3215551212", id="c1", time=NOW, data={"status": "BEGIN"}
)


def test_an_event_received_twice_is_the_same_delivery() -> None:
    """Equal in all that identifies it, whoever computes it and when."""
    assert delivery_id(EVENT) == delivery_id(replace(EVENT, unknown=("carrier",)))
    assert int(delivery_id(EVENT)[:12], 16) == NOW.timestamp() * 1000


def test_what_differs_is_another_delivery() -> None:
    """Also the end of a call in the second of its beginning, under the same id: both must arrive."""
    others = [
        replace(EVENT, kind="calls/send_notify"),
        replace(EVENT, account="1000002"),
        replace(EVENT, fonenumber="3215551213"),
        replace(EVENT, id="c2"),
        replace(EVENT, time=NOW + timedelta(milliseconds=1)),
        replace(EVENT, data={"status": "END"}),
    ]

    assert len({delivery_id(event) for event in [EVENT, *others]}) == 7


@given(st.lists(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9999, 12, 31)), min_size=2))  # noqa: DTZ001 - hypothesis wants them bare
def test_ids_sort_by_the_time_of_the_event(times: list[datetime]) -> None:
    """To the millisecond; the log is read in that order."""
    events = sorted((replace(EVENT, time=time.replace(tzinfo=UTC)) for time in times), key=lambda event: event.time)
    milliseconds = [delivery_id(event)[:12] for event in events]

    assert milliseconds == sorted(milliseconds)


def test_an_id_is_fit_for_a_header_and_a_url() -> None:
    """32 hex digits, also for an event from before 1970."""
    for event in (EVENT, replace(EVENT, time=datetime(1901, 1, 1, tzinfo=UTC))):
        assert len(delivery_id(event)) == 32
        assert int(delivery_id(event), 16) >= 0
