"""Write docs/event.schema.json, which says what `deliver` accepts from a platform: `python -m tools.event_schema`."""

import json
from pathlib import Path
from typing import Any

from deliver.messages import MAX_ID
from ringback.callbacks.identifiers import ACCOUNT_PATTERN, FONENUMBER_PATTERN
from ringback.callbacks.parse import INLINE_FIELDS
from ringback.catalog.payload import CATALOGUE, MAX_DIGITS, EventKind, Field, FieldType, Scope
from ringback.timestamps import PATTERN

PATH = Path(__file__).parents[1] / "docs" / "event.schema.json"

_DESCRIPTION = (
    "What a platform puts on the Events queue; other fields are ignored. Four rules are not here, because no schema can"
    " say them: an account or a fonenumber that is an integer has no decimal point, a time is one of the calendar, an"
    " id is printable in every script, and two names of one field in data do not disagree."
)

_PRINTABLE = "^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$"

_ACCOUNT = {
    "description": 'Whose number it is; "default" where it is left out.',
    "anyOf": [
        {"type": "string", "pattern": ACCOUNT_PATTERN},
        {"type": "integer", "minimum": 0, "maximum": 10**MAX_DIGITS},
        {"type": "null"},
    ],
}
_FONENUMBER = {
    "description": "The number that it happened on: in any notation; as an integer, without a + in front.",
    "anyOf": [
        {"type": "string", "pattern": FONENUMBER_PATTERN},
        {"type": "integer", "minimum": 2 * 10**9, "maximum": 10**10 - 1},
        {"type": "integer", "minimum": 12 * 10**9, "maximum": 2 * 10**10 - 1},
        {"type": "integer", "minimum": 10**4, "maximum": 10**6 - 1},
    ],
}
_NO_FONENUMBER = {"enum": [None, ""]}
_ID = {
    "description": "The same for the same event, however often it is sent; the id of the queue's message if left out.",
    "anyOf": [{"type": "string", "maxLength": MAX_ID, "pattern": _PRINTABLE}, {"type": ["number", "null"]}],
}
_TIME = {
    "description": "When it happened, ISO 8601; when it was sent, if left out. Without an offset it is UTC.",
    "anyOf": [{"type": "string", "pattern": PATTERN}, {"type": "null"}],
}
_CALLBACK = {
    "description": "Who is told: the callback of this kind travels inside its event.",
    "type": "object",
    "properties": {name: {"type": ["string", "null"]} for name in INLINE_FIELDS},
    "additionalProperties": False,
}

_TEXT = {"type": ["string", "number", "boolean", "null"]}
_BOUND = 10**MAX_DIGITS
_INTEGER = {
    "anyOf": [
        {"type": "integer", "exclusiveMinimum": -_BOUND, "exclusiveMaximum": _BOUND},
        {"type": "string", "pattern": f"^(-?[0-9]{{1,{MAX_DIGITS}}})?$"},
        {"type": "null"},
    ]
}

_SHARED = {"fonenumber": _FONENUMBER, "text": _TEXT, "integer": _INTEGER}

type Schema = dict[str, Any]


def schema() -> Schema:
    """Return the whole schema, JSON Schema 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An event of the platform",
        "description": _DESCRIPTION,
        "type": "object",
        "properties": {
            "event": {"description": "What happened.", "enum": list(CATALOGUE)},
            "account": _ACCOUNT,
            "id": _ID,
            "time": _TIME,
            "data": {"description": "Values by token or body name; others are counted.", "type": "object"},
        },
        "required": ["event"],
        "allOf": [_of(kind) for kind in CATALOGUE.values()],
        "$defs": _SHARED,
        "examples": [_example(kind) for kind in CATALOGUE.values()],
    }


def _of(kind: EventKind) -> Schema:
    number = _ref("fonenumber")
    whose = {"anyOf": [number, _NO_FONENUMBER]} if kind.scope is Scope.ACCOUNT else number
    inside = {"callback": _CALLBACK} if kind.scope is Scope.MESSAGE else {}
    data = {name: _value(kind, field) for name, field in kind.names.items()}
    return {
        "if": {"properties": {"event": {"const": kind.name}}},
        "then": {
            "title": kind.title,
            "properties": {"fonenumber": whose, **inside, "data": {"properties": data}},
            "required": [*([] if kind.scope is Scope.ACCOUNT else ["fonenumber"]), *inside],
        },
    }


def _value(kind: EventKind, field: Field) -> Schema:
    described = {"description": field.meaning}
    if field.body in kind.fixed:
        return {**described, "enum": [kind.fixed[field.body], None]}
    return described | _ref("text" if field.type is FieldType.STRING else "integer")


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _example(kind: EventKind) -> Schema:
    number = {} if kind.scope is Scope.ACCOUNT else {"fonenumber": "3215551212"}
    inside = {"callback": {"url": "https://my.example.com/receipt"}} if kind.scope is Scope.MESSAGE else {}
    given = {"event": kind.name, "account": "1000001", **number, "time": "2026-11-23T17:36:00Z", **inside}
    return {**given, "data": dict(kind.example)}


def text() -> str:
    """Return the text of the file."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
