"""Store the breakers of callbacks on the callbacks' items: one conditional write per change, none for a success."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from ringback.aws.dynamodb import Key
from ringback.aws.statements import Change, Condition, Item, Write, new_token
from ringback.breaker import HEALTHY, Breaker
from ringback.errors import InfrastructureError
from ringback.models import Callback, CallbackType
from ringback.storage.callbacks import parse_breaker
from ringback.storage.formats import as_stored
from ringback.storage.tables import callbacks_table
from ringback.timestamps import to_iso

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SAME = "#{place} = :place"
SAME_AND_ON = f"{SAME} AND attribute_not_exists(disabled)"
"""An outcome says nothing about a callback that has since been pointed elsewhere, removed or turned off."""

BREAKER_ATTRIBUTES = ("failures", "failing_since", "open_until", "probes")


class BreakerStore:
    """Record what attempts say about their endpoints; setting a callback replaces its item, and with it the breaker."""

    def __init__(self, *, table: str, dynamodb: "DynamoDBClient", token: Callable[[], str] = new_token) -> None:
        """*token* returns a text that nobody else has."""
        self._table = callbacks_table(table, dynamodb, token=token)

    def breakers(self, keys: Iterable[Key]) -> Mapping[Key, Breaker]:
        """Return the breakers that could be read; that of a callback that is turned off or not set counts as closed.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        keys = set(keys)
        found = self._table.read(keys)
        breakers = dict.fromkeys(keys - found.unread, HEALTHY)
        for item in found.items:
            key = self._table.key_of(item)
            try:
                breakers[key] = HEALTHY if "disabled" in item else _read(item)
            except InfrastructureError:  # only its own backlog waits
                del breakers[key]
        return breakers

    def failed(self, callback: Callback, failures: int, *, since: datetime) -> Breaker | None:
        """Add *failures* in a row; return the breaker with them, or None if the callback has changed.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        change = Change(set_if_missing={"failing_since": {"S": to_iso(since)}}, add={"failures": failures})
        write = self._update(callback, change, answer="ALL_NEW")
        return _read(write.item) if write.done else None

    def open(self, callback: Callback, opened: Breaker) -> bool:
        """Open the breaker; return False if another environment has opened it, or the endpoint has recovered.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        still_failing = Condition(
            holds="attribute_not_exists(open_until) AND failures >= :least",
            values={":least": {"N": str(opened.failures)}},
        )
        return self._update(callback, Change(set=_probe(opened)), still_failing).done

    def claim(self, callback: Callback, probed: Breaker) -> bool:
        """Claim the probe that is due; return False if another environment has claimed it, or none is due any more.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        seen = callback.breaker.open_until
        if seen is None:
            return False
        untaken = Condition(holds="open_until = :seen", values={":seen": {"S": to_iso(seen)}})
        return self._update(callback, Change(set=_probe(probed)), untaken).done

    def recovered(self, callback: Callback) -> Breaker | None:
        """Clear all failures after a success; return the breaker as it was, or None if there were none.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        failing = Condition(holds="attribute_exists(failures)")
        write = self._update(callback, Change(remove=BREAKER_ATTRIBUTES), failing, answer="ALL_OLD")
        if not write.done:
            return None
        return _read(write.item) if "failures" in write.item else callback.breaker  # else the first answer was lost

    def disable(self, callback: Callback, reason: str, *, at: datetime) -> bool:
        """Turn *callback* off until it is set again; return False if it has been changed or turned off meanwhile.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        change = Change(set={"disabled": {"S": reason}, "disabled_at": {"S": to_iso(at)}})
        return self._update(callback, change).done

    def enable(self, callback: Callback) -> bool:
        """Turn *callback* on and clear all failures, because it was just seen to work; return False if it has changed.

        Raises:
            InfrastructureError: the table is unavailable.
        """
        return self._update(callback, Change(remove=("disabled", "disabled_at", *BREAKER_ATTRIBUTES)), same=SAME).done

    def _update(
        self,
        callback: Callback,
        change: Change,
        condition: Condition | None = None,
        *,
        same: str = SAME_AND_ON,
        answer: str = "NONE",
    ) -> Write:
        place = "email" if callback.type is CallbackType.EMAIL else "url"
        more = condition or Condition(holds="")
        only_if = Condition(
            holds=" AND ".join(filter(None, (same.format(place=place), more.holds))),
            values={":place": {"S": getattr(callback, place)}, **more.values},
        )
        doing = "recording the health of a callback"
        return self._table.update((callback.owner, callback.event), change, doing=doing, only_if=only_if, answer=answer)


def _read(item: Item) -> Breaker:
    with as_stored("a breaker"):
        return parse_breaker(item)


def _probe(breaker: Breaker) -> Item:
    until = to_iso(breaker.open_until) if breaker.open_until else ""
    return {"open_until": {"S": until}, "probes": {"N": str(breaker.probes)}}
