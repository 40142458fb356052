"""Look up kinds of event, and read an event's data by its kind."""

import json
import math
import re
from collections.abc import Mapping

from ringback.catalog.event_kind import EventKind, Field, FieldType, Scope
from ringback.catalog.kinds import CATALOGUE
from ringback.errors import InvalidSetting, MalformedEvent, MalformedReason
from ringback.json_text import Literal
from ringback.models import Value
from ringback.text import quote_value, to_well_formed

__all__ = ["CATALOGUE", "EventKind", "Field", "FieldType", "Scope", "lookup", "read_data"]

MAX_DIGITS = 15
"""Digits of an integer; every JSON reader keeps integers below 2**53 exact (RFC 8259, section 6)."""

_INTEGER = re.compile(rf"-?[0-9]{{1,{MAX_DIGITS}}}")
_TOO_LARGE = 10**MAX_DIGITS


def lookup(name: object) -> EventKind:
    """Return the kind called *name*.

    Raises:
        InvalidSetting: there is none; the message lists all kinds.
    """
    kind = CATALOGUE.get(name) if isinstance(name, str) else None
    if kind is None:
        raise InvalidSetting("event", f"given {quote_value(name)}; allowed: {', '.join(CATALOGUE)}")
    return kind


def read_data(kind: EventKind, data: Mapping[str, object]) -> tuple[dict[str, Value], tuple[str, ...]]:
    """Return an event's values by body name, in the order of the body, and the names that the kind does not have.

    *data* may use tokens, body names and aliases. `None` counts as missing, and so does an empty string for an integer.

    Raises:
        MalformedEvent: a field cannot hold its value, or two names of one field disagree.
    """
    given: dict[str, tuple[str, Value]] = {}
    unknown: list[str] = []
    for name, raw in data.items():
        field = kind.names.get(name)
        if field is None:
            unknown.append(to_well_formed(name))
        elif (value := _read(field, name, raw)) is not None:
            other, known = given.setdefault(field.body, (name, value))
            if known != value:
                what = f"data.{name}: disagrees with data.{other}, which is the same field"
                raise MalformedEvent(MalformedReason.BAD_DATA, what)
    values = {body: value for body, (_, value) in given.items()}
    values.update(_fixed(kind, given))
    return {field.body: values[field.body] for field in kind.fields if field.body in values}, tuple(unknown)


def _fixed(kind: EventKind, given: Mapping[str, tuple[str, Value]]) -> Mapping[str, Value]:
    for body, value in kind.fixed.items():
        name, known = given.get(body, (body, value))
        if known != value:
            raise _bad(name, f"in {kind.name} it is always {quote_value(value)}", known)
    return kind.fixed


def _read(field: Field, name: str, raw: object) -> Value | None:
    if raw is None:
        return None
    return _string(name, raw) if field.type is FieldType.STRING else _integer(name, raw)


def _string(name: str, raw: object) -> str:
    if isinstance(raw, str):
        return to_well_formed(raw)
    if isinstance(raw, Literal):
        return str(raw)
    if not isinstance(raw, int | float) or (isinstance(raw, float) and not math.isfinite(raw)):
        raise _bad(name, "expected text", raw)
    return json.dumps(raw)


def _integer(name: str, raw: object) -> int | None:
    if raw == "":
        return None
    if isinstance(raw, str) and _INTEGER.fullmatch(raw):
        return int(raw)
    if isinstance(raw, int | float) and not isinstance(raw, bool) and raw == raw // 1 and abs(raw) < _TOO_LARGE:
        return int(raw)
    raise _bad(name, f"expected an integer of up to {MAX_DIGITS} digits", raw)


def _bad(name: str, rule: str, given: object) -> MalformedEvent:
    detail = f"data.{name}: given {quote_value(given)}; {rule}"
    return MalformedEvent(MalformedReason.BAD_DATA, detail, logged=f"data.{name}: {rule}")
