"""Send deliveries again: one at once, or many in the background at a bounded rate."""

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
"""Deliveries that one request sends again; its cursor is for the rest."""

MAX_COUNTED = 100_000
"""Deliveries that a dry run counts, for the same reason."""

MAX_PAGES = 100
"""Pages of 1 MiB that one request reads in search of matches: some seconds of the 30 that an answer may take."""

TURN = timedelta(milliseconds=50)
"""Between two deliveries of one account, 20 a second: a receiver that has just come back stays up."""

REDELIVERIES = "redeliveries"
"""The sort key of an account's turns; no kind of event has this name."""

TRIES = 5
"""A number that lay in the past may be set, and be ahead of us, between two of our writes; hardly twice."""


class RedeliveryTurns:
    """Gives each delivery of an account a time of its own."""

    def __init__(self, *, table: Table) -> None:
        self._table = table

    def take(self, account: str, many: int, now: datetime) -> Sequence[datetime]:
        """The next *many* turns of *account*, none before *now*.

        Raises:
            OurFault: the table is out of reach.
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
        raise InfrastructureError("the turns of deliveries that are sent again did not stand still")

    def _write(self, account: str, change: Change, holds: str, now: datetime) -> Write:
        only_if = Condition(holds=holds, values={":now": {"N": str(to_millis(now))}})
        key = build_owner(account, ""), REDELIVERIES
        return self._table.update(key, change, doing="taking turns", only_if=only_if, answer="ALL_NEW")


class Redelivery:
    """Makes deliveries pending again, unless their callback is gone."""

    def __init__(
        self, *, log: Log, numbers: Numbers, recorder: Recorder, index: DueIndex, turns: RedeliveryTurns
    ) -> None:
        self._log = log
        self._numbers = numbers
        self._recorder = recorder
        self._index = index
        self._turns = turns

    def one(self, owner: str, delivery: str, now: datetime) -> Delivery:
        """Send a delivery again now; one that is still pending is not sent twice, its next attempt is now.

        Raises:
            Problem: there is none (404), or it cannot be sent again (409).
            Conflict: it was written by somebody else at the same time.
            OurFault: a table is out of reach.
        """
        item = self._log.item(owner, delivery)
        if item is None:
            raise not_found(f"no such delivery: {delivery}; it may have expired")
        stored = delivery_from_item(item)
        if stored.is_test:
            raise conflict("a test cannot be redelivered; POST …/test sends another")
        if "callback" not in item:  # that of messages/confirm travels with its event
            self._check(stored)
        return stored if on_its_way(stored, now) else self._send(item, stored, now)

    def many(self, owner: str, wanted: Filter, *, after: str, now: datetime, dry_run: bool) -> tuple[int, str]:
        """How many deliveries *after* that one are sent again, or would be, and the one to go on after, if any.

        Raises:
            Problem: the one kind of event that is wanted has no callback (409).
            OurFault: a table is out of reach.
        """
        account, _ = split_owner(owner)
        callbacks = self._callbacks(owner)
        for name in wanted.events:
            if lookup(name).scope is not Scope.MESSAGE and (reason := _why_not(callbacks.get(name), name, owner)):
                raise reason
        only = replace(wanted, events=_kinds(callbacks, wanted))
        return self.take(account, self._log.repeatable(owner, only, after=after, now=now), now, dry_run=dry_run)

    def kinds(self, owner: str, wanted: Filter) -> tuple[str, ...]:
        """The kinds among those *wanted* whose callback is there.

        Raises:
            OurFault: the table is out of reach.
        """
        return _kinds(self._callbacks(owner), wanted)

    def take(self, account: str, chunks: Chunks, now: datetime, *, dry_run: bool) -> tuple[int, str]:
        """Send again, or count, what *chunks* have, as far as one request may; return how many, and where to go on.

        Raises:
            OurFault: a table is out of reach.
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
        """The callbacks that *owner*'s events may go to, those of the whole account among them."""
        account, fonenumber = split_owner(owner)
        account_wide = self._numbers.shown(build_owner(account, ""))
        return {**self._numbers.shown(owner), **account_wide} if fonenumber else dict(account_wide)

    def _send(self, item: Item, stored: Delivery, now: datetime) -> Delivery:
        # On the due index first: whatever ends us from here on, `requeue` finds it there within a minute.
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
            with suppress(InfrastructureError):  # then `requeue` sends it once more, and `deliver` drops the second
                self._index.unpark(ScheduledDelivery(owner=pending.owner, delivery=pending.id, due=due))
        return pending


def _kinds(callbacks: Mapping[str, Callback], wanted: Filter) -> tuple[str, ...]:
    live = {name for name, kind in CATALOGUE.items() if kind.scope is Scope.MESSAGE}
    live |= {name for name, callback in callbacks.items() if not callback.disabled}
    return tuple(sorted(live.intersection(wanted.events) if wanted.events else live))


def _place(last: str, item: Item) -> str:
    """Where to go on after *item* of a chunk at whose end that is *last*: with its number, where that has one."""
    fonenumber, dot, _ = last.rpartition(".")
    return f"{fonenumber}{dot}{item['delivery']['S']}"


def _why_not(callback: Callback | None, kind: str, owner: str) -> Problem | None:
    """Why nothing can be delivered to *callback*."""
    whose = split_owner(owner)[1] or "the account"
    if callback is None:
        return conflict(f"{kind} of {whose} is no longer set; set it and redeliver")
    if callback.disabled:
        return conflict(f"{kind} of {whose} is turned off: {callback.disabled}; set it again and redeliver")
    return None
