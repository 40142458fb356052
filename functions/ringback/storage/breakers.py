"""The breakers of callbacks, on the callbacks' own items: one conditional write per change, none while all is well."""

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
"""An outcome says nothing about a callback that goes elsewhere now, is gone, or was turned off meanwhile."""

ALL_OF_IT = ("failures", "failing_since", "open_until", "probes")


class BreakerStore:
    """Writes what attempts say about their endpoints; setting a callback replaces its item, and so forgets it all."""

    def __init__(self, *, table: str, dynamodb: "DynamoDBClient", token: Callable[[], str] = new_token) -> None:
        """*token* gives a text that nobody else has."""
        self._table = callbacks_table(table, dynamodb, token=token)

    def breakers(self, keys: Iterable[Key]) -> Mapping[Key, Breaker]:
        """Those that could be read; a callback that is off, or not set, is not open either.

        Raises:
            InfrastructureError: the table is out of reach.
        """
        keys = set(keys)
        found = self._table.read(keys)
        breakers = dict.fromkeys(keys - found.unread, HEALTHY)
        for item in found.items:
            key = self._table.key_of(item)
            try:
                breakers[key] = HEALTHY if "disabled" in item else _read(item)
            except InfrastructureError:  # its own line waits, and no other one
                del breakers[key]
        return breakers

    def failed(self, callback: Callback, failures: int, *, since: datetime) -> Breaker | None:
        """Count *failures* in a row; the breaker then, or None if the callback is another one now.

        Raises:
            InfrastructureError: the table is out of reach.
        """
        change = Change(set_if_missing={"failing_since": {"S": to_iso(since)}}, add={"failures": failures})
        write = self._update(callback, change, answer="ALL_NEW")
        return _read(write.item) if write.done else None

    def open(self, callback: Callback, opened: Breaker) -> bool:
        """Open it; False if another environment has opened it, or it has recovered.

        Raises:
            InfrastructureError: the table is out of reach.
        """
        still_failing = Condition(
            holds="attribute_not_exists(open_until) AND failures >= :least",
            values={":least": {"N": str(opened.failures)}},
        )
        return self._update(callback, Change(set=_probe(opened)), still_failing).done

    def claim(self, callback: Callback, probed: Breaker) -> bool:
        """Take the probe that is due; False if somebody else has taken it, or there is none any more.

        Raises:
            InfrastructureError: the table is out of reach.
        """
        seen = callback.breaker.open_until
        if seen is None:
            return False
        untaken = Condition(holds="open_until = :seen", values={":seen": {"S": to_iso(seen)}})
        return self._update(callback, Change(set=_probe(probed)), untaken).done

    def recovered(self, callback: Callback) -> Breaker | None:
        """Forget all failures after a success; the breaker before, or None if there was nothing to forget.

        Raises:
            InfrastructureError: the table is out of reach.
        """
        failing = Condition(holds="attribute_exists(failures)")
        write = self._update(callback, Change(remove=ALL_OF_IT), failing, answer="ALL_OLD")
        if not write.done:
            return None
        return _read(write.item) if "failures" in write.item else callback.breaker  # that of a lost answer is no more

    def disable(self, callback: Callback, reason: str, *, at: datetime) -> bool:
        """Turn *callback* off *at* this time until it is set again; False if it was changed or turned off meanwhile.

        Raises:
            InfrastructureError: the table is out of reach.
        """
        change = Change(set={"disabled": {"S": reason}, "disabled_at": {"S": to_iso(at)}})
        return self._update(callback, change).done

    def enable(self, callback: Callback) -> bool:
        """Turn *callback* on again and forget all failures, because it was just seen to work; False if it was changed.

        Raises:
            InfrastructureError: the table is out of reach.
        """
        return self._update(callback, Change(remove=("disabled", "disabled_at", *ALL_OF_IT)), same=SAME).done

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
        doing = "noting the health of a callback"
        return self._table.update((callback.owner, callback.event), change, doing=doing, only_if=only_if, answer=answer)


def _read(item: Item) -> Breaker:
    with as_stored("a breaker"):
        return parse_breaker(item)


def _probe(breaker: Breaker) -> Item:
    until = to_iso(breaker.open_until) if breaker.open_until else ""
    return {"open_until": {"S": until}, "probes": {"N": str(breaker.probes)}}
