"""Build an event as somebody at a terminal asks for it: the catalogue's example, with what they specify."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.demo.examples import FONENUMBER
from local.errors import LocalError
from local.issuer import ACCOUNT
from ringback.callbacks.identifiers import parse_account, parse_fonenumber
from ringback.catalog.payload import EventKind, Scope, lookup, read_data
from ringback.errors import InvalidSetting, MalformedEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that is to happen on a number."""

    kind: EventKind
    account: str
    fonenumber: str
    """Empty if it happens to the whole account."""
    data: Mapping[str, Any]
    unknown: tuple[str, ...]
    """Names in the data that the kind does not have."""

    def message(self, event_id: str, *, url: str = "") -> dict[str, Any]:
        """Build the platform's message; *url* is the target of a kind whose callback travels inside the event."""
        number = {"fonenumber": self.fonenumber} if self.fonenumber else {}
        callback = {"callback": {"url": url}} if self.kind.scope is Scope.MESSAGE else {}
        named = {"event": self.kind.name, "account": self.account, **number, "id": event_id}
        return {**named, **callback, "data": dict(self.data)}


def parse_happening(event: str, *, account: str, number: str, data: str) -> Happening:
    """Parse the texts of a command line; an empty *account* or *number* means that of the examples.

    Raises:
        LocalError: the platform could not send one of them; the message says which.
    """
    try:
        kind = lookup(event)
        whose = parse_account(account or ACCOUNT)
        fonenumber = "" if kind.scope is Scope.ACCOUNT and not number else parse_fonenumber(number or FONENUMBER)
        merged = _merged(kind, _object(data), {FONENUMBER: fonenumber or FONENUMBER, ACCOUNT: whose})
        _, unknown = read_data(kind, merged)
    except InvalidSetting as error:
        raise LocalError(f"{_WORDS[error.field]}: {error.message}") from None
    except MalformedEvent as error:
        raise LocalError(f"DATA: {error.detail}") from None
    return Happening(kind=kind, account=whose, fonenumber=fonenumber, data=merged, unknown=unknown)


_WORDS = {"event": "EVENT", "account": "ACCOUNT", "fonenumber": "NUMBER"}
"""What `make` calls the fields of an event."""


def _object(text: str) -> dict[str, Any]:
    try:
        given = json.loads(text or "{}")
    except ValueError as error:
        raise LocalError(
            f'DATA is not JSON ({error}); expected an object of fields: DATA=\'{{"msg": "hi"}}\''
        ) from None
    if not isinstance(given, dict):
        raise LocalError('DATA takes an object of fields: DATA=\'{"msg": "hi"}\'')
    return given


def _merged(kind: EventKind, given: Mapping[str, Any], instead: Mapping[str, str]) -> dict[str, Any]:
    """Return the example of *kind* for another number and account, without the fields *given* under any name."""
    bodies = {kind.names[name].body for name in given if name in kind.names}
    example = {name: instead.get(str(value), value) for name, value in kind.example.items() if name not in bodies}
    return {**example, **given}
