"""Deliveries that wait in lines, and `requeue`, which lets them out; on moto."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

import pytest

from deliver.postpone import hold
from local.invocation import Context
from requeue import app, environment
from requeue.due import AHEAD
from requeue.release import LAST_LOOK, RELEASE_PER_MINUTE, BacklogRelease
from ringback.breaker import Breaker
from ringback.errors import InfrastructureError
from ringback.models import Callback, CallbackType, Delivery, Event, Method
from ringback.storage.backlog import BACKLOGS, Backlog
from ringback.storage.due_index import SHARDS, DueIndex, ScheduledDelivery
from tests.integration.delivering import metrics
from tests.integration.stack import Stack, client

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

NOW = datetime(2026, 11, 23, 17, 36, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MONTH = timedelta(days=30)
KIND = "messages/receive_notify"
KEY = ("1000001#3215551212", KIND)
CALLBACK = Callback(
    owner=KEY[0],
    event=KIND,
    type=CallbackType.CALLBACK,
    method=Method.JSON,
    url="https://example.com/",
    breaker=Breaker(failures=10, failing_since=NOW, open_until=NOW + timedelta(hours=1)),
)
EVENT = Event(kind=KIND, account="1000001", fonenumber="3215551212", id="0c40", time=NOW, data={"to": "1"})


@dataclass(slots=True, kw_only=True)
class Queues:
    """Backlogs of a stack, and the runs of `requeue` over them."""

    stack: Stack
    now: datetime = NOW
    seconds: float = 60

    def set(self, open_until: datetime | None) -> None:
        """The callback is set, and open where a time is given."""
        self.stack.callbacks().put(CALLBACK)
        if open_until:
            self.stack.health().failed(CALLBACK, 10, since=NOW)
            self.stack.health().open(CALLBACK, replace(CALLBACK.breaker, open_until=open_until))

    def wait(self, count: int, *, created: datetime = NOW, start: int = 0) -> None:
        """So many deliveries wait in the backlog."""
        self.stack.backlogs().announce(KEY)
        some = [Delivery(id=f"{number:032x}", event=EVENT, created=created) for number in range(start, start + count)]
        waiting = [hold(one, CALLBACK, now=NOW, retention=MONTH) for one in some]
        self.stack.deliveries().record(waiting, parked=lambda _: True)

    def run(self) -> int:
        """What one run lets out."""
        resumption = BacklogRelease(
            backlogs=self.stack.backlogs(),
            breakers=self.stack.health().breakers,
            clock=lambda: self.now,
            uniform=lambda low, high: low + (high - low) * 0.25,
            time_left=lambda: self.seconds,
        )
        return resumption.run()

    def waiting(self) -> int:
        """How many wait."""
        return len(self.stack.backlogs().waiting(Backlog(callback=KEY), 10_000))

    def due(self) -> list[datetime]:
        """When those are due that were let out."""
        index = DueIndex(table="DeliveriesTable", dynamodb=self.stack.dynamodb)
        return sorted(parked.due for shard in SHARDS for parked in index.parked(shard))

    def announced(self) -> list[Backlog]:
        return list(self.stack.backlogs().all())


@pytest.fixture
def queues(stack: Stack) -> Queues:
    return Queues(stack=stack)


def test_a_breaker_that_cannot_be_read_holds_up_its_own_line_alone(queues: Queues) -> None:
    """Its item was edited by hand, say."""
    other = replace(CALLBACK, owner="1000002#3215550000")
    queues.stack.callbacks().put(other)
    queues.stack.health().failed(other, 10, since=NOW)
    queues.stack.dynamodb.update_item(
        TableName="CallbacksTable",
        Key={"owner": {"S": other.owner}, "event": {"S": other.event}},
        UpdateExpression="REMOVE failing_since",
    )
    queues.stack.backlogs().announce((other.owner, other.event))
    queues.set(None)
    queues.wait(3)

    assert queues.run() == 3


# ── While the callback is open ────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_moves_before_the_probe_is_due(queues: Queues) -> None:
    queues.set(NOW + AHEAD)
    queues.wait(3)

    assert queues.run() == 0
    assert queues.waiting() == 3


def test_one_delivery_is_let_out_for_the_probe_and_is_due_then(queues: Queues) -> None:
    """The one whose waiting would end first."""
    queues.set(NOW + MINUTE)
    queues.wait(3)
    queues.wait(1, created=NOW - MINUTE, start=3)

    assert queues.run() == 1
    assert queues.due() == [NOW + MINUTE]
    assert f"{3:032x}" not in [parked.delivery for parked in queues.stack.backlogs().waiting(Backlog(callback=KEY), 9)]


def test_a_probe_that_nobody_made_is_made_now(queues: Queues) -> None:
    queues.set(NOW - timedelta(hours=1))
    queues.wait(1)

    assert queues.run() == 1
    assert queues.due() == [NOW]


def test_what_has_waited_too_long_is_let_out_with_the_probe(queues: Queues) -> None:
    """`deliver` sees then that it has failed; it takes nobody else's probe."""
    queues.set(NOW)
    queues.wait(2, created=NOW - MONTH + timedelta(days=1, seconds=1))
    queues.wait(2, start=2)
    queues.now = NOW + 2 * timedelta(seconds=1)

    assert queues.run() == 3
    assert queues.waiting() == 1


def test_an_open_callback_without_deliveries_stays_announced(queues: Queues) -> None:
    queues.set(NOW)
    queues.stack.backlogs().announce(KEY)
    queues.now = NOW + timedelta(days=1)

    assert queues.run() == 0
    assert queues.announced() == [Backlog(callback=KEY)]


# ── When it has closed ────────────────────────────────────────────────────────────────────────────────────────────────


def test_all_come_back_within_the_minute_when_the_callback_has_closed(queues: Queues) -> None:
    """Those of one minute are spread over it, and `requeue` finds them on the index."""
    queues.set(None)
    queues.wait(30)

    assert queues.run() == 30
    assert queues.waiting() == 0
    assert queues.due() == [NOW + MINUTE / 4] * 30  # the dice say a quarter


@pytest.mark.parametrize("how", ["set again", "disabled", "removed"])
def test_nobody_waits_for_a_callback_that_is_not_open_any_more(queues: Queues, how: str) -> None:
    """`deliver` attempts them, or cancels them with the reason."""
    queues.set(NOW + timedelta(hours=1))
    queues.wait(2)
    match how:
        case "set again":
            queues.stack.callbacks().put(CALLBACK)
        case "disabled":
            queues.stack.health().disable(CALLBACK, "gone", at=NOW)
        case _:
            queues.stack.callbacks().remove(KEY)

    assert queues.run() == 2


def test_an_endpoint_that_is_just_up_again_is_not_flooded(queues: Queues, monkeypatch: pytest.MonkeyPatch) -> None:
    """More each minute, in bounded steps."""
    monkeypatch.setattr("requeue.release.RELEASE_PER_MINUTE", (3, 6, 12))
    queues.set(None)
    queues.wait(40)
    released = []
    for minute in range(4):
        queues.now = NOW + minute * MINUTE
        released.append(queues.run())

    assert released == [3, 6, 12, 12]
    assert [some / 60 for some in RELEASE_PER_MINUTE] == [20, 40, 80, 160, 320]


def test_a_callback_that_opens_again_keeps_the_rest(queues: Queues, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the next time it closes, the pace is the slow one again."""
    monkeypatch.setattr("requeue.release.RELEASE_PER_MINUTE", (1,))
    queues.set(None)
    queues.wait(3)
    queues.run()
    queues.set(NOW + timedelta(hours=1))

    assert queues.run() == 0
    assert queues.announced() == [Backlog(callback=KEY)]
    assert queues.waiting() == 2


def test_an_empty_line_is_looked_at_for_a_while_and_then_forgotten(queues: Queues) -> None:
    """An environment that read the callback before it closed may still put one in."""
    queues.set(None)
    queues.wait(1)
    queues.run()
    queues.now = NOW + LAST_LOOK
    queues.run()
    assert queues.announced() == [Backlog(callback=KEY, closed=NOW)]

    queues.now = NOW + LAST_LOOK + MINUTE
    queues.run()
    assert queues.announced() == []
    [left] = [item for item in queues.stack.items("DELIVERIES_TABLE") if item["owner"]["S"].startswith("#")]
    assert int(left["expires"]["N"]) > queues.now.timestamp()


def test_a_backlog_that_is_announced_again_is_not_forgotten(queues: Queues) -> None:
    """It opened between the look at its callback and the end of its backlog."""
    queues.set(None)
    queues.stack.backlogs().announce(KEY)
    queues.run()
    [seen] = queues.announced()
    queues.stack.backlogs().announce(KEY)

    queues.stack.backlogs().end(seen, NOW)

    assert queues.announced() == [Backlog(callback=KEY)]


def test_a_delivery_that_moved_on_is_not_let_out(queues: Queues) -> None:
    """Its owner has sent it again meanwhile."""
    queues.set(None)
    queues.wait(1)
    [parked] = queues.stack.backlogs().waiting(Backlog(callback=KEY), 1)

    assert not queues.stack.backlogs().release(replace(parked, due=parked.due - MINUTE), due=NOW)
    assert queues.waiting() == 1


# ── The run ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_run_leaves_time_for_what_is_due(queues: Queues) -> None:
    queues.set(None)
    queues.wait(1)
    queues.seconds = 29

    assert queues.run() == 0


def test_an_announcement_is_in_no_customer_s_list(queues: Queues) -> None:
    """No account begins with `#`."""
    queues.stack.backlogs().announce(KEY)

    [item] = queues.stack.items("DELIVERIES_TABLE")
    assert item == {
        "owner": {"S": f"#{KEY[0]}"},
        "delivery": {"S": KIND},
        "due_shard": {"S": BACKLOGS},
        "due": {"N": "0"},
    }


@pytest.fixture
def function(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """A fresh execution environment of `requeue`."""
    monkeypatch.setattr(environment, "client", client)
    for name, value in stack.environment.items():
        monkeypatch.setenv(name, value)
    environment.environment.cache_clear()
    yield stack
    environment.environment().pool.shutdown()
    environment.environment.cache_clear()


CONTEXT = cast("LambdaContext", Context(seconds=60, function_name="requeue"))


def test_the_function_lets_out_and_moves(function: Stack) -> None:
    """What is let out now is due within the minute, and goes to the queue in this run or the next."""
    queues = Queues(stack=function, now=datetime.now(UTC))
    queues.set(None)
    queues.wait(3, created=queues.now)

    assert app.lambda_handler({}, CONTEXT) == {"requeued": 3}


def test_each_run_measures_what_waits(function: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """What it moved, what is due later, and which callbacks are left alone."""
    queues = Queues(stack=function, now=datetime.now(UTC))
    queues.set(queues.now + 60 * MINUTE)
    queues.wait(3, created=queues.now)
    later = [Delivery(id=f"{number:032x}", event=EVENT, created=NOW, due=queues.now + 60 * MINUTE) for number in (7, 8)]
    function.deliveries().record(later, parked=lambda _: True)

    app.lambda_handler({}, CONTEXT)

    measured = metrics(capsys.readouterr().out)
    assert measured == {"Requeued": 0, "LostRetries": 0, "Resumed": 0, "RetriesParked": 2, "OpenBreakers": 1}


def test_what_was_lost_is_counted_for_its_alarm(function: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    lost = Delivery(id=f"{7:032x}", event=EVENT, created=NOW, due=datetime.now(UTC) - timedelta(hours=1))
    function.deliveries().record([lost], parked=lambda _: False)

    assert app.lambda_handler({}, CONTEXT) == {"requeued": 0}

    assert metrics(capsys.readouterr().out)["LostRetries"] == 1


def test_a_run_that_cannot_look_for_what_was_lost_moves_what_is_due(
    function: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> int:
        raise InfrastructureError("reading what is due: InternalServerError")

    monkeypatch.setattr("requeue.app.find_lost", broken)
    parked = Delivery(id=f"{7:032x}", event=EVENT, created=NOW, due=datetime.now(UTC))
    function.deliveries().record([parked], parked=lambda _: True)

    assert app.lambda_handler({}, CONTEXT) == {"requeued": 1}

    measured = metrics(capsys.readouterr().out)
    assert (measured["Requeued"], "LostRetries" in measured) == (1, False)


def test_a_run_that_is_short_of_time_does_not_count(function: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """What it did is said before, so that no alarm waits for it."""
    assert function.items("DELIVERIES_TABLE") == []

    app.lambda_handler({}, cast("LambdaContext", Context(seconds=9)))

    measured = metrics(capsys.readouterr().out)
    assert measured["Requeued"] == 0
    assert "RetriesParked" not in measured


@pytest.mark.usefixtures("function")
def test_a_run_that_cannot_read_what_is_due_has_no_figure_of_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """So the alarm that waits for the figure goes off."""

    def broken(*_: object, **__: object) -> Iterator[ScheduledDelivery]:
        raise InfrastructureError("reading what is due: InternalServerError")

    monkeypatch.setattr("ringback.storage.due_index.DueIndex.parked", broken)

    with pytest.raises(InfrastructureError):
        app.lambda_handler({}, CONTEXT)

    assert "Requeued" not in metrics(capsys.readouterr().out)


def test_lines_that_cannot_be_served_hold_up_nothing(function: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> Iterator[ScheduledDelivery]:
        raise InfrastructureError("reading what is due: InternalServerError")

    monkeypatch.setattr("ringback.storage.backlog.Backlogs.all", broken)
    delivery = Delivery(id="0" * 32, event=EVENT, created=NOW, due=NOW)
    function.deliveries().record([delivery], parked=lambda _: True)

    assert app.lambda_handler({}, CONTEXT) == {"requeued": 1}
