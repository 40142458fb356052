"""Redeliver: one delivery at once, or many in the background at a bounded rate."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from api.delivery_log import Chunks, Log
from api.delivery_queries import Filter, on_its_way
from api.gateway.errors import Problem, conflict, not_found
from ringback.aws.dynamodb import Table
from ringback.aws.statements import Change, Condition, Item, Write
from ringback.catalog.payload import CATALOGUE, Scope, lookup
from ringback.delivery.recorder import Recorder
from ringback.errors import Conflict, InfrastructureError
from ringback.models import AttemptReason, Callback, Delivery, DeliveryStatus, build_owner, split_owner
from ringback.storage.callbacks import callback_key
from ringback.storage.deliveries import delivery_from_item
from ringback.storage.due_index import DueIndex, ScheduledDelivery
from ringback.storage.numbers import Numbers
from ringback.timestamps import from_millis, to_millis

MAX_COUNT = 500
"""Deliveries that one request redelivers; its cursor continues with the rest."""

MAX_COUNTED = 100_000
"""Deliveries that a dry run counts; its cursor continues with the rest."""

MAX_PAGES = 100
"""Pages of 1 MiB that one request reads in search of matches: some seconds of the 30 that an answer may take."""

TURN = timedelta(milliseconds=50)
"""Interval between two redeliveries of one account, 20 a second: a receiver that has just recovered stays up."""

REDELIVERIES = "redeliveries"
"""The sort key under which an account's turns are stored; no kind of event has this name."""

TRIES = 5
"""Between our two conditional writes another request can take turns, so that both fail; hardly ever twice."""


class RedeliveryTurns:
    """Assign each redelivery of an account its own time."""

    def __init__(self, *, table: Table) -> None:
        self._table = table

    def take(self, account: str, many: int, now: datetime) -> Sequence[datetime]:
        """Reserve the next *many* turns of *account*, none before *now*, and return their times.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        for _ in range(TRIES):
            start = Change(set={"taken": {"N": str(to_millis(now + many * TURN))}})
            write = self._write(account, start, "attribute_not_exists(taken) OR taken <= :now", now)
            if not write.done:
                go_on = Change(add={"taken": many * TURN // timedelta(milliseconds=1)})
                write = self._write(account, go_on, "taken > :now", now)
            if write.done:
                first = from_millis(int(write.item["taken"]["N"])) - many * TURN
                return [first + number * TURN for number in range(many)]
        raise InfrastructureError("reserving turns for redeliveries: too much contention")

    def _write(self, account: str, change: Change, holds: str, now: datetime) -> Write:
        only_if = Condition(holds=holds, values={":now": {"N": str(to_millis(now))}})
        key = build_owner(account, ""), REDELIVERIES
        return self._table.update(key, change, doing="taking turns", only_if=only_if, answer="ALL_NEW")


class Redelivery:
    """Make deliveries pending again, unless their callback is gone."""

    def __init__(
        self, *, log: Log, numbers: Numbers, recorder: Recorder, index: DueIndex, turns: RedeliveryTurns
    ) -> None:
        self._log = log
        self._numbers = numbers
        self._recorder = recorder
        self._index = index
        self._turns = turns

    def one(self, owner: str, delivery: str, now: datetime) -> Delivery:
        """Redeliver now; a delivery that is still pending is not sent twice, its next attempt is made now instead.

        Raises:
            Problem: there is no such delivery (404), or it cannot be redelivered (409).
            Conflict: somebody else wrote the delivery at the same time.
            InfrastructureError: a table is unavailable.
        """
        item = self._log.item(owner, delivery)
        if item is None:
            raise not_found(f"no such delivery: {delivery}; it may have expired")
        stored = delivery_from_item(item)
        if stored.is_test:
            raise conflict("a test cannot be redelivered; POST …/test sends another")
        if "callback" not in item:  # the callback of messages/confirm travels inside its event
            self._check(stored)
        return stored if on_its_way(stored, now) else self._send(item, stored, now)

    def many(self, owner: str, wanted: Filter, *, after: str, now: datetime, dry_run: bool) -> tuple[int, str]:
        """Redeliver, or count, what comes *after* that delivery; return how many and the id to continue from, if any.

        Raises:
            Problem: the kind of event that *wanted* names has no callback (409).
            InfrastructureError: a table is unavailable.
        """
        account, _ = split_owner(owner)
        callbacks = self._callbacks(owner)
        for name in wanted.events:
            if lookup(name).scope is not Scope.MESSAGE and (reason := _why_not(callbacks.get(name), name, owner)):
                raise reason
        only = replace(wanted, events=_kinds(callbacks, wanted))
        return self.take(account, self._log.repeatable(owner, only, after=after, now=now), now, dry_run=dry_run)

    def kinds(self, owner: str, wanted: Filter) -> tuple[str, ...]:
        """Return those *wanted* kinds of event that have a callback.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        return _kinds(self._callbacks(owner), wanted)

    def take(self, account: str, chunks: Chunks, now: datetime, *, dry_run: bool) -> tuple[int, str]:
        """Redeliver, or count, as much of *chunks* as one request may; return how many and where to continue.

        Raises:
            InfrastructureError: a table is unavailable.
        """
        count = 0
        for number, (items, last) in enumerate(chunks, 1):
            room = (MAX_COUNTED if dry_run else MAX_COUNT) - count
            chosen = items[:room]
            if dry_run:
                count += len(chosen)
            elif chosen:
                dues = self._turns.take(account, len(chosen), now)
                count += self._log.send_again(list(zip(chosen, dues, strict=True)))
            if len(items) > room:
                return count, _place(last, chosen[-1])
            if len(chosen) == room or number == MAX_PAGES:
                return count, last
        return count, ""

    def _check(self, delivery: Delivery) -> None:
        owner, kind = callback_key(delivery.event)
        reason = _why_not(self._numbers.shown(owner).get(kind), kind, owner)
        if reason:
            raise reason

    def _callbacks(self, owner: str) -> dict[str, Callback]:
        """Return the callbacks that *owner*'s events may go to, including the account's own."""
        account, fonenumber = split_owner(owner)
        account_wide = self._numbers.shown(build_owner(account, ""))
        return {**self._numbers.shown(owner), **account_wide} if fonenumber else dict(account_wide)

    def _send(self, item: Item, stored: Delivery, now: datetime) -> Delivery:
        # Write to the due index first: if this process dies now, `requeue` finds the delivery there within a minute.
        due = from_millis(to_millis(now))
        if not self._log.send_again([(item, due)]):
            raise Conflict("making a delivery again")
        pending = replace(
            stored,
            status=DeliveryStatus.PENDING,
            due=due,
            tries=0,
            reason=AttemptReason.REDELIVERY,
            note="",
            version=stored.version + 1,
        )
        if not self._recorder.schedule({pending.id: pending}):
            with suppress(InfrastructureError):  # then `requeue` sends a second message, which `deliver` drops
                self._index.unpark(ScheduledDelivery(owner=pending.owner, delivery=pending.id, due=due))
        return pending


def _kinds(callbacks: Mapping[str, Callback], wanted: Filter) -> tuple[str, ...]:
    live = {name for name, kind in CATALOGUE.items() if kind.scope is Scope.MESSAGE}
    live |= {name for name, callback in callbacks.items() if not callback.disabled}
    return tuple(sorted(live.intersection(wanted.events) if wanted.events else live))


def _place(last: str, item: Item) -> str:
    """Return the position after *item*, in the form of *last*, the position after its whole chunk."""
    fonenumber, dot, _ = last.rpartition(".")
    return f"{fonenumber}{dot}{item['delivery']['S']}"


def _why_not(callback: Callback | None, kind: str, owner: str) -> Problem | None:
    """Return why nothing can be delivered to *callback*; None if it can."""
    whose = split_owner(owner)[1] or "the account"
    if callback is None:
        return conflict(f"{kind} of {whose} is no longer set; set it and redeliver")
    if callback.disabled:
        return conflict(f"{kind} of {whose} is turned off: {callback.disabled}; set it again and redeliver")
    return None
