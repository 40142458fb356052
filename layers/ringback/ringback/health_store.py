"""The breakers of callbacks, on the callbacks' own items: one conditional write per change, none while all is well."""

import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ringback.aws import our_fault
from ringback.breaker import HEALTHY, Breaker
from ringback.callback_items import breaker_of
from ringback.errors import Conflict, OurFault
from ringback.formats import as_stored
from ringback.models import Callback, CallbackType
from ringback.tables import Item, Key, Table
from ringback.times import iso

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SAME = "#place = :place"
SAME_AND_ON = f"{SAME} AND attribute_not_exists(disabled)"
"""An outcome says nothing about a callback that goes elsewhere now, is gone, or was turned off meanwhile."""

ALL_OF_IT = "failures, failing_since, open_until, probes"


NOT_YET = "(attribute_not_exists(writer) OR writer <> :writer)"
"""Each write leaves a token of its own. One whose answer was lost is sent again by botocore, and would else count
twice, or fail against itself and pass for somebody else's."""

TOKEN_BYTES = 8


class HealthStore:
    """Writes what attempts say about their endpoints; setting a callback replaces its item, and so forgets it all."""

    def __init__(
        self,
        *,
        table: str,
        dynamodb: "DynamoDBClient",
        token: Callable[[], str] = lambda: secrets.token_hex(TOKEN_BYTES),
    ) -> None:
        """*token* gives a text that nobody else has."""
        self._table = Table(name=table, partition="owner", sort="event", client=dynamodb)
        self._token = token

    def breakers(self, keys: Iterable[Key]) -> Mapping[Key, Breaker]:
        """Those that could be read; a callback that is off, or not set, is not open either.

        Raises:
            OurFault: the table is out of reach.
        """
        keys = set(keys)
        found = self._table.read(keys)
        breakers = dict.fromkeys(keys - found.unread, HEALTHY)
        for item in found.items:
            key = self._table.key_of(item)
            try:
                breakers[key] = HEALTHY if "disabled" in item else _read(item)
            except OurFault:  # its own line waits, and no other one
                del breakers[key]
        return breakers

    def failed(self, callback: Callback, failures: int, *, since: datetime) -> Breaker | None:
        """Count *failures* in a row; the breaker then, or None if the callback is another one now.

        Raises:
            OurFault: the table is out of reach.
        """
        item = self._update(
            callback,
            "SET failing_since = if_not_exists(failing_since, :since), writer = :writer ADD failures :failures",
            {":since": {"S": iso(since)}, ":failures": {"N": str(failures)}},
            answer="ALL_NEW",
        )
        return None if item is None else _read(item)

    def open(self, callback: Callback, opened: Breaker) -> bool:
        """Open it; False if another environment has opened it, or it has recovered.

        Raises:
            OurFault: the table is out of reach.
        """
        item = self._update(
            callback,
            "SET open_until = :until, probes = :probes, writer = :writer",
            {**_probe(opened), ":least": {"N": str(opened.failures)}},
            condition="attribute_not_exists(open_until) AND failures >= :least",
        )
        return item is not None

    def claim(self, callback: Callback, probed: Breaker) -> bool:
        """Take the probe that is due; False if somebody else has taken it, or there is none any more.

        Raises:
            OurFault: the table is out of reach.
        """
        seen = callback.breaker.open_until
        if seen is None:
            return False
        item = self._update(
            callback,
            "SET open_until = :until, probes = :probes, writer = :writer",
            {**_probe(probed), ":seen": {"S": iso(seen)}},
            condition="open_until = :seen",
        )
        return item is not None

    def recovered(self, callback: Callback) -> Breaker | None:
        """Forget all failures after a success; the breaker before, or None if there was nothing to forget.

        Raises:
            OurFault: the table is out of reach.
        """
        before = self._update(
            callback,
            f"REMOVE {ALL_OF_IT} SET writer = :writer",
            {},
            condition="attribute_exists(failures)",
            answer="ALL_OLD",
        )
        if before is None:
            return None
        return _read(before) if "failures" in before else callback.breaker  # that of a lost answer is no more

    def disable(self, callback: Callback, reason: str) -> bool:
        """Turn *callback* off until it is set again; False if it has been changed or turned off meanwhile.

        Raises:
            OurFault: the table is out of reach.
        """
        return (
            self._update(callback, "SET disabled = :reason, writer = :writer", {":reason": {"S": reason}}) is not None
        )

    def enable(self, callback: Callback) -> bool:
        """Turn *callback* on again and forget all failures, because it was just seen to work; False if it was changed.

        Raises:
            OurFault: the table is out of reach.
        """
        return self._update(callback, f"REMOVE disabled, {ALL_OF_IT} SET writer = :writer", {}, same=SAME) is not None

    def _update(  # noqa: PLR0913 - the parts of an UpdateItem
        self,
        callback: Callback,
        update: str,
        values: Mapping[str, Any],
        *,
        condition: str = "",
        same: str = SAME_AND_ON,
        answer: str = "NONE",
    ) -> Item | None:
        """The item that was asked for with *answer*; None if the condition did not hold."""
        place = "email" if callback.type is CallbackType.EMAIL else "url"
        key, writer = (callback.owner, callback.event), {"S": self._token()}
        request: dict[str, Any] = {
            "TableName": self._table.name,
            "Key": self._table.key(key),
            "UpdateExpression": update,
            "ConditionExpression": " AND ".join(filter(None, (same, NOT_YET, condition))),
            "ExpressionAttributeNames": {"#place": place},
            "ExpressionAttributeValues": {":place": {"S": getattr(callback, place)}, ":writer": writer, **values},
            "ReturnValues": answer,
        }
        try:
            with our_fault("noting the health of a callback"):
                return self._table.client.update_item(**request).get("Attributes", {})
        except Conflict:
            item = self._table.get(key)
            return item if item and item.get("writer") == writer else None


def _read(item: Item) -> Breaker:
    with as_stored("a breaker"):
        return breaker_of(item)


def _probe(breaker: Breaker) -> dict[str, Any]:
    until = iso(breaker.open_until) if breaker.open_until else ""
    return {":until": {"S": until}, ":probes": {"N": str(breaker.probes)}}
