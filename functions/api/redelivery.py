"""Send deliveries again: one at once, or many in the background at a bounded rate."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from api.cursors import no_cursor
from api.log import Log
from api.log_queries import Filter, on_its_way
from api.numbers import Numbers
from api.problems import Problem, conflict, not_found
from ringback.callback_store import callback_key
from ringback.catalogue import CATALOGUE, Scope, lookup
from ringback.delivery_items import from_item
from ringback.errors import Conflict
from ringback.models import AttemptReason, Callback, Delivery, DeliveryStatus, account_and_fonenumber, owner_of
from ringback.recording import Recorder
from ringback.tables import Item
from ringback.times import milliseconds, moment

PER_SECOND = 20
"""Deliveries of one request that become due in a second, so that a receiver that has just come back stays up."""

MOST = 500
"""Deliveries that one request sends again; its cursor is for the rest."""

MOST_COUNTED = 100_000
"""Deliveries that a dry run counts, for the same reason."""

MOST_PAGES = 100
"""Pages of 1 MiB that one request reads in search of matches: some seconds of the 30 that an answer may take."""


_RESUMPTION = re.compile(r"([0-9a-f]+)\.(\d{1,13})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumption:
    """Where sending many goes on: after a delivery, at a time when the earlier ones are done."""

    after: str = ""
    at: datetime | None = None

    @classmethod
    def parse(cls, text: str) -> "Resumption":
        """What `str` made of one; nothing stands for the start.

        Raises:
            InvalidSetting: `str` made none like it.
        """
        if not text:
            return cls()
        match = _RESUMPTION.fullmatch(text)
        if match is None:
            raise no_cursor()
        return cls(after=match[1], at=moment(int(match[2])))

    def __str__(self) -> str:
        return f"{self.after}.{milliseconds(self.at)}" if self.at else ""


class Redelivery:
    """Makes deliveries pending again, unless their callback is gone."""

    def __init__(self, *, log: Log, numbers: Numbers, recorder: Recorder) -> None:
        self._log = log
        self._numbers = numbers
        self._recorder = recorder

    def one(self, owner: str, delivery: str, now: datetime) -> Delivery:
        """Send a delivery again now; one that is still pending is not sent twice, its next attempt is now.

        Raises:
            Problem: there is none (404), or it cannot be sent again (409).
            Conflict: it was written by somebody else at the same time.
            OurFault: a table is out of reach.
        """
        item = self._log.item(owner, delivery)
        if item is None:
            raise not_found("no such delivery; it may have expired")
        stored = from_item(item)
        if stored.is_test:
            raise conflict("a test is not sent again; POST …/test makes another")
        if "callback" not in item:  # that of messages/confirm travels with its event
            self._check(stored)
        return stored if on_its_way(stored, now) else self._send(item, stored, now)

    def many(
        self, owner: str, wanted: Filter, *, start: Resumption, now: datetime, dry_run: bool
    ) -> tuple[int, Resumption | None]:
        """How many deliveries are sent again, or would be, and where to go on if these were not all.

        Raises:
            Problem: the one kind of event that is wanted has no callback (409).
            OurFault: a table is out of reach.
        """
        kinds = self._kinds(owner, wanted)
        due, count, after = max(now, start.at or now), 0, start.after
        pages = self._log.repeatable(owner, replace(wanted, events=kinds), after=after, now=now)
        for items, last in islice(pages, MOST_PAGES):
            room = (MOST_COUNTED if dry_run else MOST) - count
            chosen = items[:room]
            if dry_run:
                count += len(chosen)
            else:
                count += self._log.send_again(_spread(chosen, due), parked=True)
                due += timedelta(seconds=len(chosen) / PER_SECOND)
            after = chosen[-1]["delivery"]["S"] if len(items) > room else last
            if not after or len(chosen) == room:
                break
        return count, Resumption(after=after, at=due) if after else None

    def _check(self, delivery: Delivery) -> None:
        owner, kind = callback_key(delivery.event)
        reason = _why_not(self._numbers.shown(owner).get(kind), kind, owner)
        if reason:
            raise reason

    def _kinds(self, owner: str, wanted: Filter) -> tuple[str, ...]:
        """The kinds among those *wanted* whose callback is there."""
        account, _ = account_and_fonenumber(owner)
        account_wide = owner_of(account, "")
        callbacks = dict(self._numbers.shown(owner))
        if owner != account_wide:
            callbacks |= self._numbers.shown(account_wide)
        for name in wanted.events:
            if lookup(name).scope is not Scope.MESSAGE and (reason := _why_not(callbacks.get(name), name, owner)):
                raise reason
        live = {name for name, kind in CATALOGUE.items() if kind.scope is Scope.MESSAGE}
        live |= {name for name, callback in callbacks.items() if not callback.disabled}
        return tuple(sorted(live.intersection(wanted.events) if wanted.events else live))

    def _send(self, item: Item, stored: Delivery, now: datetime) -> Delivery:
        due = moment(milliseconds(now))
        if not self._log.send_again([(item, due)], parked=False):
            raise Conflict("making a delivery again")
        pending = replace(
            stored,
            status=DeliveryStatus.PENDING,
            due=due,
            tries=0,
            reason=AttemptReason.REDELIVERY,
            version=stored.version + 1,
        )
        if self._recorder.schedule({pending.id: pending}):
            # The queue did not take it: within a minute, `requeue` will find it in the table.
            parked: Item = {**item, "version": {"N": str(pending.version)}}
            self._log.send_again([(parked, due)], parked=True)
        return pending


def _spread(items: list[Item], start: datetime) -> list[tuple[Item, datetime]]:
    return [(item, start + timedelta(seconds=number / PER_SECOND)) for number, item in enumerate(items)]


def _why_not(callback: Callback | None, kind: str, owner: str) -> Problem | None:
    """Why nothing can be delivered to *callback*."""
    whose = account_and_fonenumber(owner)[1] or "the account"
    if callback is None:
        return conflict(f"{kind} of {whose} is not set any more; set it, then send again")
    if callback.disabled:
        return conflict(f"{kind} of {whose} is turned off: {callback.disabled}; set it again, then send again")
    return None
