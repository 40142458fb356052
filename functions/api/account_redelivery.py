"""Redeliver what belongs to a whole account."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import chain

from api.delivery_log import Chunks, Log
from api.delivery_queries import Filter
from api.gateway.cursor import invalid_cursor
from api.redelivery import Redelivery
from ringback.aws.dynamodb import Key
from ringback.aws.statements import Item
from ringback.models import build_owner
from ringback.storage.callbacks import callback_key
from ringback.storage.deliveries import delivery_from_item
from ringback.storage.numbers import Numbers

OVER = "z"
"""Takes the place of a delivery's id after the last delivery of a number; sorts after every id."""


class AccountRedelivery:
    """Make deliveries of all numbers of an account pending again, unless their callbacks are gone.

    Deliveries that need attention are found by their index, oldest first; all others number by number.
    """

    def __init__(self, *, log: Log, numbers: Numbers, redelivery: Redelivery) -> None:
        self._log = log
        self._numbers = numbers
        self._redelivery = redelivery

    def many(self, account: str, wanted: Filter, *, after: str, now: datetime, dry_run: bool) -> tuple[int, str]:
        """Redeliver, or count, what comes *after* that position; return how many and the position to continue from.

        Raises:
            InvalidSetting: *after* is not a position among these deliveries.
            InfrastructureError: a table is unavailable.
        """
        find = self._attention if wanted.only_attention else self._by_number
        return self._redelivery.take(account, find(account, wanted, after, now), now, dry_run=dry_run)

    def _attention(self, account: str, wanted: Filter, after: str, now: datetime) -> Chunks:
        if after and not wanted.spans(after):
            raise invalid_cursor()
        known: dict[Key, bool] = {}
        for items, last in self._log.repeatable_of_account(account, wanted, after=after, now=now):
            yield self._with_callback(items, known), last

    def _with_callback(self, items: list[Item], known: dict[Key, bool]) -> list[Item]:
        """Drop *items* whose callback is gone or turned off; *known* remembers the callbacks read so far."""
        keys = [None if "callback" in item else callback_key(delivery_from_item(item).event) for item in items]
        unknown = {key for key in keys if key and key not in known}
        if unknown:
            live = self._numbers.live(unknown)
            known |= {key: key in live for key in unknown}
        return [item for item, key in zip(items, keys, strict=True) if key is None or known[key]]

    def _by_number(self, account: str, wanted: Filter, after: str, now: datetime) -> Chunks:
        first, _, delivery = after.partition(".")
        if delivery not in {"", OVER} and not wanted.spans(delivery):
            raise invalid_cursor()
        for fonenumber in chain([first], self._numbers.fonenumbers(account, after=first)):
            if delivery != OVER:
                yield from self._of_number(account, fonenumber, wanted, delivery, now)
            delivery = ""

    def _of_number(
        self, account: str, fonenumber: str, wanted: Filter, delivery: str, now: datetime
    ) -> Iterator[tuple[list[Item], str]]:
        owner = build_owner(account, fonenumber)
        kinds = self._redelivery.kinds(owner, wanted)
        if not kinds:
            yield [], f"{fonenumber}.{OVER}"
            return
        only = replace(wanted, events=kinds)
        for items, last in self._log.repeatable(owner, only, after=delivery, now=now):
            yield items, f"{fonenumber}.{last or OVER}"
