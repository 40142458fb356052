"""The log of a number."""

from dataclasses import replace
from datetime import timedelta

import pytest

from api.gateway.cursor import invalid_cursor
from ringback.models import DeliveryStatus
from tests.integration.api.keeping import FAILED, NUMBER, PATH, keep, listed, made
from tests.integration.calling import NOW, OTHER_ACCOUNT, Api


def test_the_newest_event_comes_first_and_filters_hold(api: Api) -> None:
    keep(api, [made(3), made(1), made(2, status=DeliveryStatus.DELIVERED), made(5, kind="calls/send_notify")])
    keep(api, [made(4, account=OTHER_ACCOUNT), made(4, fonenumber="3215559999")])

    assert listed(api) == ["event-1", "event-2", "event-3", "event-5"]
    assert listed(api, "?status=failed") == ["event-1", "event-3", "event-5"]
    assert listed(api, "?event=calls/send_notify") == ["event-5"]
    assert listed(api, "?since=2026-11-23T17:33:00Z&until=2026-11-23T17:35:00Z") == ["event-2", "event-3"]
    assert listed(api, "?status=failed&event=messages/receive_notify&until=2026-11-23T17:35:00Z") == ["event-3"]
    assert listed(api, account=OTHER_ACCOUNT) == ["event-4"]
    assert listed(api, "?status=cancelled") == []


@pytest.mark.parametrize("query", ["limit=2", "limit=2&status=failed"])
def test_pages_go_on_where_the_last_one_ended(api: Api, query: str) -> None:
    keep(api, [made(minutes) for minutes in range(1, 6)])

    first = api.get(f"{PATH}/deliveries?{query}").json
    keep(api, [made(0)])  # what comes meanwhile does not shift the pages
    second = api.get(f"{PATH}/deliveries?{query}&cursor={first['cursor']}").json
    third = api.get(f"{PATH}/deliveries?{query}&cursor={second['cursor']}").json

    pages = [[delivery["event_id"] for delivery in page["deliveries"]] for page in (first, second, third)]
    assert pages == [["event-1", "event-2"], ["event-3", "event-4"], ["event-5"]]
    assert third["cursor"] is None


def test_a_cursor_is_good_for_its_account_number_and_filters(api: Api) -> None:
    keep(api, [made(minutes) for minutes in range(1, 4)])
    cursor = api.get(f"{PATH}/deliveries?limit=1").json["cursor"]

    elsewhere = [
        api.get(f"{PATH}/deliveries?cursor={cursor}", account=OTHER_ACCOUNT),
        api.get(f"/v2/fonenumbers/3215559999/deliveries?cursor={cursor}"),
        api.get(f"{PATH}/deliveries?status=failed&cursor={cursor}"),
        api.get(f"/v2/fonenumbers?cursor={cursor}"),
        api.post(f"{PATH}/redeliver", {"since": "2026-01-01", "cursor": cursor}),
    ]

    assert [answer.status for answer in elsewhere] == [400] * 5
    assert {answer.message for answer in elsewhere} == {str(invalid_cursor())}


def test_one_delivery_has_its_attempts_and_data(api: Api) -> None:
    delivery = made(1, status=DeliveryStatus.PENDING, due=NOW + timedelta(hours=2))
    keep(api, [delivery])

    shown = api.get(f"{PATH}/deliveries/{delivery.id}").json["delivery"]

    assert shown["data"] == {"to": NUMBER, "from": "3215551111", "message": "hello"}
    assert shown["attempts"] == [shown["last_attempt"]]
    assert shown["attempts"][0] == {
        "number": 1,
        "at": "2026-11-23T17:35:00.000Z",
        "reason": "event",
        "outcome": "status",
        "status": 500,
        "milliseconds": 9,
        "detail": "HTTP 500",
        "excerpt": "",
        "method": "",
        "url": "",
        "headers": {},
    }
    assert (shown["next_attempt"], shown["attempt_count"]) == ("2026-11-23T19:36:00.000Z", 1)
    assert api.get(f"{PATH}/deliveries/{delivery.id}", account=OTHER_ACCOUNT).status == 404
    assert api.get(f"/v2/fonenumbers/3215559999/deliveries/{delivery.id}").status == 404


def test_one_that_waits_for_its_endpoint_shows_until_when(api: Api) -> None:
    keep(api, [made(1, status=DeliveryStatus.PENDING, due=NOW + timedelta(days=29), note="waits until …")])

    [shown] = api.get(f"{PATH}/deliveries").json["deliveries"]

    assert (shown["next_attempt"], shown["waits_until"]) == (None, "2026-12-22T17:36:00.000Z")


def test_of_many_attempts_the_first_and_the_last_are_shown(api: Api) -> None:
    """It was sent again and again; the count is the true one."""
    delivery = made(1)
    for number in range(2, 101):
        more = replace(delivery.attempts[0], number=number)
        delivery = delivery.after(more, status=FAILED, due=None)
    keep(api, [delivery])

    shown = api.get(f"{PATH}/deliveries/{delivery.id}").json["delivery"]

    numbers = [attempt["number"] for attempt in shown["attempts"]]
    assert numbers == [*range(1, 6), *range(86, 101)]
    assert (shown["attempt_count"], shown["attempts_left_out"], shown["last_attempt"]["number"]) == (100, 80, 100)


def test_events_without_a_number_have_a_log_of_their_own(api: Api) -> None:
    delivery = made(1, kind="accounts/cdr_notify", fonenumber="")
    keep(api, [delivery])
    api.post("/v2/accounts/cdr_notify", {"method": "JSON", "url": "https://my.example.com/"})

    [shown] = api.get("/v2/accounts/deliveries").json["deliveries"]

    assert (shown["id"], shown["fonenumber"]) == (delivery.id, "")
    assert api.get(f"/v2/accounts/deliveries/{delivery.id}").json["delivery"]["id"] == delivery.id
    assert api.post(f"/v2/accounts/deliveries/{delivery.id}/redeliver").status == 202
    assert api.post("/v2/accounts/redeliver", {"since": "2026-01-01"}).json["redelivery"]["count"] == 0
    assert listed(api) == []
