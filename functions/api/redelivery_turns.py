"""Turns of deliveries that are sent again: so many a second for each account, however many requests ask at once.

They are one number in the Callbacks table: when the last turn that was given has passed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ringback.errors import OurFault
from ringback.models import owner_of
from ringback.statements import Change, Condition, Write
from ringback.tables import Table
from ringback.times import milliseconds, moment

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
            start = Change(set={"taken": {"N": str(milliseconds(now + many * TURN))}})
            write = self._write(account, start, "attribute_not_exists(taken) OR taken <= :now", now)
            if not write.done:
                go_on = Change(add={"taken": many * TURN // timedelta(milliseconds=1)})
                write = self._write(account, go_on, "taken > :now", now)
            if write.done:
                first = moment(int(write.item["taken"]["N"])) - many * TURN
                return [first + number * TURN for number in range(many)]
        raise OurFault("the turns of deliveries that are sent again did not stand still")

    def _write(self, account: str, change: Change, holds: str, now: datetime) -> Write:
        only_if = Condition(holds=holds, values={":now": {"N": str(milliseconds(now))}})
        key = owner_of(account, ""), REDELIVERIES
        return self._table.update(key, change, doing="taking turns", only_if=only_if, answer="ALL_NEW")
