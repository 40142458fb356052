"""The log of a whole account, and sending again over all its numbers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import pytest

from api import merged_log, redelivery
from api.routes import account_deliveries
from ringback.models import AttemptReason, Delivery, DeliveryStatus, Outcome
from tests.integration.api.keeping import KIND, NUMBER, keep, made
from tests.integration.calling import ACCOUNT, NOW, OTHER_ACCOUNT, Api, cursors_of

PATH = "/v2/accounts/deliveries"
AGAIN = "/v2/accounts/redeliver"
THIRD = "3215553333"
NUMBERS = (NUMBER, "3215552222", THIRD)
DELIVERED = DeliveryStatus.DELIVERED


def set_callbacks(api: Api, *numbers: str) -> None:
    for number in numbers:
        fields = {"fonenumber": number, "type": "Callback", "method": "POST", "url": "https://my.example.com/"}
        assert api.post(f"/v2/{KIND}", fields).status == 200


def everywhere(minutes: Sequence[int], **changes: Any) -> list[Delivery]:
    """Deliveries of so many minutes ago, of each number in turn."""
    return [made(ago, fonenumber=NUMBERS[ago % len(NUMBERS)], **changes) for ago in minutes]


def listed(api: Api, query: str = "", **options: Any) -> list[str]:
    answer = api.get(f"{PATH}{query}", **options)
    assert answer.status == 200, answer.text
    return [delivery["event_id"] for delivery in answer.json["deliveries"]]


def pages(api: Api, query: str) -> list[list[str]]:
    found, cursor = [], ""
    while True:
        answer = api.get(f"{PATH}?{query}&cursor={cursor}").json
        found.append([delivery["event_id"] for delivery in answer["deliveries"]])
        if answer["cursor"] is None:
            return found
        cursor = answer["cursor"]


def pending(api: Api) -> Counter[str]:
    """How many deliveries of each owner are to be sent again."""
    items = api.stack.items("DELIVERIES_TABLE")
    return Counter(item["owner"]["S"] for item in items if item.get("reason") == {"S": "redelivery"})


# ── The list ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_list_has_the_deliveries_of_all_numbers_by_time(api: Api) -> None:
    set_callbacks(api, *NUMBERS)
    keep(api, everywhere(range(1, 7), status=DELIVERED))
    keep(api, [made(0, kind="accounts/cdr_notify", fonenumber="")])
    keep(api, [made(4, account=OTHER_ACCOUNT)])

    assert listed(api) == [f"event-{ago}" for ago in range(7)]
    assert listed(api, "?since=2026-11-23T17:33:00Z&until=2026-11-23T17:35:00Z") == ["event-2", "event-3"]
    assert listed(api, f"?fonenumber={THIRD}") == ["event-2", "event-5"]
    assert listed(api, "?fonenumber=*") == ["event-0"]
    assert listed(api, account=OTHER_ACCOUNT) == []  # its number has no callback


def test_what_has_not_arrived_is_found_whether_its_number_has_a_callback_or_not(api: Api) -> None:
    keep(api, everywhere([1, 2]))
    keep(api, [made(3, status=DeliveryStatus.PENDING, due=NOW), made(4, status=DELIVERED)])
    keep(
        api,
        [made(5, status=DeliveryStatus.CANCELLED), made(6, account=OTHER_ACCOUNT), made(7, kind="calls/send_notify")],
    )

    assert listed(api, "?status=attention") == ["event-1", "event-2", "event-3", "event-7"]
    assert listed(api, "?status=failed") == ["event-1", "event-2", "event-7"]
    assert listed(api, "?status=pending") == ["event-3"]
    assert listed(api, f"?status=failed&event={KIND}") == ["event-1", "event-2"]
    assert listed(api, "?status=failed&event_id=event-2") == ["event-2"]
    assert listed(api, f"?status=attention&fonenumber={NUMBERS[1]}") == ["event-1"]
    assert listed(api, "?status=attention", account=OTHER_ACCOUNT) == ["event-6"]


@pytest.mark.parametrize("status", ["", "&status=failed", "&status=attention"])
def test_filters_look_into_attempts_and_data(api: Api, status: str) -> None:
    set_callbacks(api, *NUMBERS)
    one, two = everywhere([1, 2])
    late = replace(one.attempts[0], outcome=Outcome.TIMEOUT, status=None)
    called = replace(two.event, data={**two.event.data, "from": "+1 321 555 0000"})
    keep(api, [replace(one, attempts=(late,)), replace(two, event=called)])

    assert listed(api, f"?outcome=timeout{status}") == ["event-1"]
    assert listed(api, f"?http_status=500{status}") == ["event-2"]
    assert listed(api, f"?other_party=3215550000{status}") == ["event-2"]
    assert listed(api, f"?other_party=321-555-1111{status}") == ["event-1"]
    assert listed(api, f"?outcome=tls{status}") == []
    assert listed(api, f"?fonenumber={NUMBERS[1]}&outcome=timeout{status}") == ["event-1"]


def test_a_list_says_what_a_person_recognizes_a_delivery_by(api: Api) -> None:
    keep(api, [made(1)])

    [shown] = api.get(f"{PATH}?status=failed").json["deliveries"]

    assert (shown["fonenumber"], shown["other_party"], shown["text"]) == (NUMBER, "3215551111", "hello")


@pytest.mark.parametrize("query", ["limit=2", "limit=2&status=attention", "limit=2&status=failed&outcome=status"])
def test_pages_go_on_where_the_last_one_ended(api: Api, query: str) -> None:
    set_callbacks(api, *NUMBERS)
    keep(api, everywhere(range(1, 8)))

    assert pages(api, query) == [
        ["event-1", "event-2"],
        ["event-3", "event-4"],
        ["event-5", "event-6"],
        ["event-7"],
    ]


def test_a_request_that_may_read_no_further_gives_a_short_page(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left out, and nothing comes twice: it goes on from the place down to which all was read."""
    monkeypatch.setattr(merged_log, "MAX_FURTHER_READS", 0)
    monkeypatch.setattr(merged_log, "FIRST_READ", 1)
    monkeypatch.setattr(merged_log, "GROWTH", 1)
    set_callbacks(api, *NUMBERS)
    keep(api, [made(ago) for ago in range(1, 20)])
    keep(api, [made(20, fonenumber=THIRD), made(10, fonenumber=THIRD, kind="calls/send_notify")])

    found = pages(api, "limit=10")

    assert any(len(page) < 10 for page in found[:-1])
    assert list(chain(*found)) == sorted([f"event-{ago}" for ago in [*range(1, 21), 10]], key=lambda one: int(one[6:]))


def test_an_account_with_too_many_numbers_is_told_what_to_ask_for(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account_deliveries, "MAX_NUMBERS", 2)
    set_callbacks(api, *NUMBERS)
    keep(api, everywhere([1]))

    answer = api.get(PATH)

    assert (answer.status, answer.message.partition(" the account")[0]) == (400, "fonenumber: missing;")
    assert listed(api, "?status=attention") == listed(api, f"?fonenumber={NUMBERS[1]}") == ["event-1"]


def test_a_cursor_is_good_for_its_account_and_filters(api: Api) -> None:
    set_callbacks(api, *NUMBERS)
    keep(api, everywhere(range(1, 5)))
    cursor = api.get(f"{PATH}?limit=1").json["cursor"]

    elsewhere = [
        api.get(f"{PATH}?cursor={cursor}", account=OTHER_ACCOUNT),
        api.get(f"{PATH}?cursor={cursor}&fonenumber=*"),
        api.get(f"{PATH}?cursor={cursor}&outcome=status"),
        api.get(f"/v2/fonenumbers/{NUMBER}/deliveries?cursor={cursor}"),
        api.post(AGAIN, {"since": "2026-01-01", "cursor": cursor}),
    ]

    assert [answer.status for answer in elsewhere] == [400] * 5


def test_what_had_arrived_and_is_sent_again_is_looked_after_until_it_has(api: Api) -> None:
    delivery = made(1, status=DELIVERED)
    set_callbacks(api, NUMBER)
    keep(api, [delivery])
    before = listed(api, "?status=attention")

    api.post(f"/v2/fonenumbers/{NUMBER}/deliveries/{delivery.id}/redeliver")

    assert (before, listed(api, "?status=attention")) == ([], ["event-1"])


# ── Sending again ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", ["failed", "attention", "delivered", "cancelled"])
def test_all_numbers_deliveries_are_sent_again(api: Api, status: str) -> None:
    """All whose callback is there; tests, and what may be on its way, are left out."""
    stands = DeliveryStatus.FAILED if status == "attention" else DeliveryStatus(status)
    set_callbacks(api, *NUMBERS[:2])
    keep(api, everywhere(range(1, 7), status=stands))
    keep(api, [made(8, status=stands, reason=AttemptReason.TEST), made(9, status=DeliveryStatus.PENDING, due=NOW)])
    keep(api, [made(1, kind="calls/send_notify", status=stands), made(1, account=OTHER_ACCOUNT, status=stands)])
    wanted = {"since": "2026-11-23T17:00:00Z", "status": status}

    count = api.post(AGAIN, {**wanted, "dry_run": True})
    before = pending(api)
    answer = api.post(AGAIN, wanted)

    assert count.json == {"redelivery": {"count": 4, "dry_run": True, "cursor": None}}
    assert not before
    assert answer.json == {"redelivery": {"count": 4, "dry_run": False, "cursor": None}}
    assert pending(api) == {f"{ACCOUNT}#{number}": 2 for number in NUMBERS[:2]}


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_more_than_one_request_takes_go_on_by_the_cursor(
    api: Api, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    monkeypatch.setattr(redelivery, "MAX_COUNT", 2)
    set_callbacks(api, *NUMBERS)
    keep(api, everywhere(range(1, 8), status=DeliveryStatus(status)))

    counts: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        body = {"since": "2026-11-23T17:00:00Z", "status": status, "cursor": cursor}
        answer = api.post(AGAIN, body).json["redelivery"]
        counts.append(answer["count"])
        cursor = answer["cursor"]

    assert sum(counts) == 7
    assert max(counts) == 2
    assert sum(pending(api).values()) == 7


def test_filters_hold_for_sending_again(api: Api) -> None:
    set_callbacks(api, *NUMBERS)
    one, two, three = everywhere([1, 2, 3])
    late = replace(one.attempts[0], outcome=Outcome.TIMEOUT, status=None)
    keep(api, [replace(one, attempts=(late,)), two, three])
    wanted = {"since": "2026-11-23", "dry_run": "true"}

    def count(**fields: str) -> int:
        answer = api.post(AGAIN, form={**wanted, **fields})
        assert answer.status == 202, answer.text
        return int(answer.json["redelivery"]["count"])

    assert count() == 3
    assert count(outcome="timeout") == count(event_id="event-2") == count(fonenumber=THIRD) == 1
    assert count(http_status="500") == 2
    assert count(http_status="500", fonenumber=NUMBERS[1]) == count(other_party="3215550000") == 0
    assert count(until="2026-11-23T17:34:00Z") == 1


def test_a_place_that_somebody_made_up_is_none(api: Api) -> None:
    since = "2026-11-23T00:00:00.000Z"
    made_up = [
        cursors_of(api).cursor_for(place, ACCOUNT, "every", "again", status, since, "")
        for status, place in (("failed", "zz"), ("cancelled", "3215551212.zz"), ("cancelled", "0"))
    ]

    answers = [
        api.post(AGAIN, {"since": since, "status": status, "cursor": cursor})
        for status, cursor in zip(("failed", "cancelled", "cancelled"), made_up, strict=True)
    ]

    assert [answer.status for answer in answers[:2]] == [400, 400]
    assert (answers[2].status, answers[2].json["redelivery"]["count"]) == (202, 0)
