"""What other releases have left in tables and queues, under the functions of this one (decision 0013)."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from api.gateway.errors import Problem
from api.gateway.rate_limit import Allowance, RateLimit
from api.redelivery import RedeliveryTurns
from ringback.aws.dynamodb import Table
from ringback.breaker import Breaker
from ringback.models import DeliveryStatus
from ringback.storage import deliveries
from ringback.storage.backlog import Backlog
from ringback.storage.breakers import BreakerStore
from ringback.storage.compression import pack
from ringback.timestamps import to_millis
from tests import stored
from tests.integration.calling import Api
from tests.integration.delivering import MESSAGE, Platform, lines
from tests.integration.lambdas import record
from tests.integration.stack import Stack
from tests.stored import HTTP, NEW, NOW, OWNER, RETRIED

OTHER = MESSAGE | {"account": "2000002"}
"""A neighbour in the batch, whom nothing concerns."""
RETRY = json.loads(stored.cases("retry", 1)["due"])
TABLES = {
    "delivery": ("DELIVERIES_TABLE", "due_soon"),
    "callback": ("CALLBACKS_TABLE", "http"),
    "signing_secret": ("CALLBACKS_TABLE", "new"),
}


def put(stack: Stack, table: str, item: dict[str, Any]) -> dict[str, Any]:
    stack.dynamodb.put_item(TableName=stack.environment[table], Item=item)
    return item


def newer(item: dict[str, Any]) -> dict[str, Any]:
    """As a release to come might write it."""
    return item | {"format": {"N": "2"}, "later": {"S": "x"}}


def pending(platform: Platform) -> None:
    """What the release before left of a delivery whose attempt is due: callback, delivery and message."""
    callback = stored.cases("callback", 1)["http"]
    put(platform.stack, "CALLBACKS_TABLE", callback | {"url": {"S": platform.receiver.text_url}})
    put(platform.stack, "DELIVERIES_TABLE", stored.cases("delivery", 1)["due_soon"])


@pytest.fixture
def neighbour(platform: Platform) -> None:
    platform.set(owner="2000002#3215551212", target="/neighbour")


# ── Older ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_retry_from_before_an_upgrade_is_delivered(platform: Platform) -> None:
    """To the callback of that time; what was tried then is still in the log."""
    pending(platform)

    assert platform.invoke(record(stored.cases("retry", 1)["due"])) == []

    [request] = platform.receiver.received
    assert request.headers["webhook-id"] == NEW.id
    delivery = platform.delivery()
    assert delivery.status is DeliveryStatus.DELIVERED
    assert delivery.attempts[0] == RETRIED.attempts[0]
    assert (len(delivery.attempts), delivery.version) == (2, 2)


def test_a_retry_without_a_version_is_delivered(platform: Platform) -> None:
    pending(platform)

    assert platform.invoke(record({name: value for name, value in RETRY.items() if name != "version"})) == []
    assert platform.delivery().status is DeliveryStatus.DELIVERED


DUE_SOON = stored.readable(stored.cases("delivery", 1)["due_soon"])["packed"]
BROKEN = {
    "a due time that no calendar has": {"due": {"N": "100000000000000000000"}},
    "data that is no object": {"packed": {"B": pack(DUE_SOON | {"data": [1]})}},
    "attempts that are none": {"packed": {"B": pack(DUE_SOON | {"attempts": [1]})}},
    "bytes that are none of ours": {"packed": {"B": b"planted"}},
}


@pytest.mark.usefixtures("neighbour")
@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_a_delivery_that_is_not_stored_as_it_should_be_turns_back_its_own_message_alone(
    platform: Platform, change: dict[str, Any]
) -> None:
    """The others in its batch are delivered once, and not again at each of its receives."""
    pending(platform)
    put(platform.stack, "DELIVERIES_TABLE", stored.cases("delivery", 1)["due_soon"] | change)

    for receives in (1, 2):
        batch = [record(RETRY, message="retry", receives=receives), record(OTHER, message="other", receives=receives)]
        assert platform.invoke(*batch) == ["retry"]

    assert [request.line.split()[1] for request in platform.receiver.received] == ["/neighbour"]


# ── Newer ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("neighbour")
@pytest.mark.parametrize("name", TABLES)
def test_the_message_of_an_item_that_only_a_newer_release_can_read_goes_back(
    platform: Platform, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is sent or written, and the log says why; the others in its batch are delivered."""
    pending(platform)
    table, case = TABLES[name]
    item = put(platform.stack, table, newer(stored.cases(name, 1)[case]))

    back = platform.invoke(record(RETRY, message="retry"), record(OTHER))

    assert back == ["retry"]
    assert [request.line.split()[1] for request in platform.receiver.received] == ["/neighbour"]
    assert item in platform.stack.items(table)
    [line] = lines(capsys.readouterr().out, "message.returned")
    assert line["message_ids"] == ["retry"]
    assert line["fault"].endswith(" is of format 2, which a newer release made; this one reads up to 1")
    assert platform.stack.messages("DEAD_LETTERS_URL") == []


@pytest.mark.usefixtures("neighbour")
def test_a_retry_that_only_a_newer_release_can_read_goes_back(platform: Platform) -> None:
    """Not to the dead letters: it is none of the platform's mistakes."""
    pending(platform)

    back = platform.invoke(record({"version": 2, "delivery": NEW.id}, message="retry"), record(OTHER))

    assert back == ["retry"]
    assert [request.line.split()[1] for request in platform.receiver.received] == ["/neighbour"]
    assert platform.stack.messages("DEAD_LETTERS_URL") == []


@pytest.mark.usefixtures("neighbour")
def test_a_delivery_of_an_event_that_only_a_newer_release_knows_goes_back(platform: Platform) -> None:
    pending(platform)
    item = stored.cases("delivery", 1)["due_soon"] | {"event": {"S": "calls/park_notify"}}
    put(platform.stack, "DELIVERIES_TABLE", item)

    assert platform.invoke(record(RETRY, message="retry"), record(OTHER)) == ["retry"]
    assert len(platform.receiver.received) == 1


def test_the_newer_release_takes_what_the_older_one_left(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a way back and forth it is still the same attempt, none used up."""
    pending(platform)
    put(platform.stack, "DELIVERIES_TABLE", newer(stored.cases("delivery", 1)["due_soon"]))
    platform.invoke(record(RETRY))

    monkeypatch.setattr(deliveries, "DELIVERY_FORMAT", 2)

    assert platform.invoke(record(RETRY)) == []
    assert [attempt.number for attempt in platform.delivery().attempts] == [1, 2]


def test_the_api_shows_nothing_that_it_cannot_read(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    """It answers 503, because it passes; our log has the reason."""
    put(api.stack, "CALLBACKS_TABLE", newer(stored.cases("callback", 1)["http"]))
    put(api.stack, "DELIVERIES_TABLE", newer(stored.cases("delivery", 1)["due_soon"]))

    for path in ("/v2/fonenumbers/3215551212", f"/v2/fonenumbers/3215551212/deliveries/{NEW.id}", "/v2/fonenumbers"):
        assert api.get(path).status == 503

    faults = [vars(line)["fault"] for line in caplog.records if line.message == "api.failed"]
    assert [fault.split(", ")[0] for fault in faults] == [
        "a callback is of format 2",
        "a delivery is of format 2",
        "a callback is of format 2",
    ]


# ── Not numbered: written by parts, or never read ─────────────────────────────────────────────────────────────────────


def test_breakers_are_written_as_they_always_were(stack: Stack) -> None:
    """On the item that setting the callback wrote."""
    tokens = iter(["8d1f0c5a7b3e9246", "0000000000000001", "0000000000000002", "51c2a6e0f4d87b39"])
    table = stack.environment["CALLBACKS_TABLE"]
    health = BreakerStore(table=table, dynamodb=stack.dynamodb, token=lambda: next(tokens))
    put(stack, "CALLBACKS_TABLE", stored.cases("callback", 1)["http"])

    health.failed(HTTP, 4, since=NOW)
    assert stack.items("CALLBACKS_TABLE") == [stored.cases("callback", 1)["failing"]]
    health.failed(HTTP, 8, since=NOW)
    opened = Breaker(failures=12, failing_since=NOW, open_until=NOW + timedelta(minutes=1))
    health.open(HTTP, opened)
    health.claim(replace(HTTP, breaker=opened), replace(opened, open_until=NOW + timedelta(minutes=2), probes=1))

    assert stack.items("CALLBACKS_TABLE") == [stored.cases("callback", 1)["open"]]


def test_a_breaker_from_before_an_upgrade_is_closed_by_a_success(stack: Stack) -> None:
    put(stack, "CALLBACKS_TABLE", stored.cases("callback", 1)["open"])

    assert stack.health().recovered(HTTP) == Breaker(
        failures=12, failing_since=NOW, open_until=NOW + timedelta(minutes=2), probes=1
    )
    [item] = stack.items("CALLBACKS_TABLE")
    assert item.pop("writer")
    assert item == stored.cases("callback", 1)["http"]


def test_a_backlog_from_before_an_upgrade_is_served(stack: Stack) -> None:
    """The index has its keys alone: their names are its format."""
    put(stack, "DELIVERIES_TABLE", stored.unnumbered("line")["open"])
    waiting = put(stack, "DELIVERIES_TABLE", stored.cases("delivery", 1)["in_line"])

    [backlog] = stack.backlogs().all()
    assert backlog == Backlog(callback=(OWNER, HTTP.event))
    [parked] = stack.backlogs().waiting(backlog, 10)
    assert (parked.owner, parked.delivery) == (waiting["owner"]["S"], waiting["delivery"]["S"])


def test_a_backlog_is_announced_as_it_always_was(stack: Stack) -> None:
    stack.backlogs().announce((OWNER, HTTP.event))

    assert stack.items("DELIVERIES_TABLE") == [stored.unnumbered("line")["open"]]


def test_requests_from_before_an_upgrade_count(stack: Stack) -> None:
    table = Table(name=stack.environment["CALLBACKS_TABLE"], partition="owner", sort="event", client=stack.dynamodb)
    rate = RateLimit(table=table, allowance=Allowance(per_second=1, burst=1))
    item = put(stack, "CALLBACKS_TABLE", stored.unnumbered("requests")["at_rest_later"])

    with pytest.raises(Problem, match="too many requests"):
        rate.take("1000001", NOW)
    rate.take("1000001", NOW + timedelta(seconds=5))

    later = {"N": str(to_millis(NOW + timedelta(seconds=6)))}
    [stored_now] = stack.items("CALLBACKS_TABLE")
    assert stored_now.pop("writer")
    assert stored_now == item | {"rests": later}


def test_deliveries_that_are_sent_again_from_before_an_upgrade_keep_their_turns(stack: Stack) -> None:
    table = Table(name=stack.environment["CALLBACKS_TABLE"], partition="owner", sort="event", client=stack.dynamodb)
    put(stack, "CALLBACKS_TABLE", stored.unnumbered("requests")["turns_taken"])

    assert RedeliveryTurns(table=table).take("1000001", 2, NOW) == [
        NOW + timedelta(seconds=5),
        NOW + timedelta(seconds=5, milliseconds=50),
    ]


def test_a_callback_that_a_template_declares_is_written_as_it_always_was(api: Api) -> None:
    declared = stored.cases("callback", 1)["declared"]

    api.parts.numbers.change({(OWNER, HTTP.event): HTTP}, declared_by=declared["declared_by"]["S"])

    assert declared in api.stack.items("CALLBACKS_TABLE")
    assert api.parts.numbers.withdraw((OWNER, HTTP.event), declared_by=declared["declared_by"]["S"])
