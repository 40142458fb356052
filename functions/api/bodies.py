"""Bodies of requests: JSON and forms, checked and made alike before anything reads a field."""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from email.message import Message
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from api.problems import Problem
from ringback.literals import Literal, parse_integer
from ringback.texts import kind_of, shown

MOST_BYTES = 262_144
"""Of a body: as much as an event has at most, whose data a preview may carry."""

MOST_FIELDS = 100
"""Of a form."""

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]+\])*)")


def readable(event: Mapping[str, Any]) -> dict[str, Any]:
    """*event* with its body as the text of a JSON object, whatever it came as.

    Raises:
        Problem: it is too large (413), of a type that we do not read (415), or broken (400).
    """
    body = _text(event)
    if body is None:
        return {**event, "body": None, "isBase64Encoded": False}
    if _content_type(event) == FORM:
        body = json.dumps(parse_form(body))
    headers = {**event.get("headers", {}), "content-type": JSON}
    return {**event, "body": body, "isBase64Encoded": False, "headers": headers}


def parse_json(text: str) -> dict[str, Any]:
    """The JSON object in *text*.

    Raises:
        Problem: it is none, or names a field twice.
    """
    try:
        value = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_float=Literal,
            parse_int=parse_integer,
            object_pairs_hook=_fields,
        )
    except RecursionError:
        raise _bad("not JSON: nested too deeply") from None
    except ValueError as error:
        raise _bad(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise _bad(f"given {kind_of(value)}; it takes an object of fields")
    return value


def parse_form(text: str) -> dict[str, Any]:
    """The fields of a form; `a[b]=c` is the field `b` of the object `a`.

    Raises:
        Problem: it is none, or names a field twice.
    """
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        what = "not UTF-8" if isinstance(error, UnicodeDecodeError) else f"more than {MOST_FIELDS} fields"
        raise _bad(f"a form that is {what}") from None
    fields: dict[str, Any] = {}
    for key, value in pairs:
        _place(fields, key, value)
    return fields


def _place(fields: dict[str, Any], key: str, value: str) -> None:
    match = _KEY.fullmatch(key)
    *objects, name = [match[1], *re.findall(r"\[([^\[\]]+)\]", match[2])] if match else [key]
    for one in objects:
        fields = fields.setdefault(one, {})
        if not isinstance(fields, dict):
            raise _twice(one)
    if name in fields:
        raise _twice(name)
    fields[name] = value


def _fields(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in fields:
            raise _twice(name)
        fields[name] = value
    return fields


def _text(event: Mapping[str, Any]) -> str | None:
    body = event.get("body")
    if not body:
        return None
    try:
        raw = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
        if len(raw) > MOST_BYTES:
            what = f"body: {len(raw):,} bytes; it takes at most {MOST_BYTES:,}"
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, what)
        return str(raw.decode())
    except (UnicodeError, binascii.Error):
        raise _bad("not UTF-8") from None


def _content_type(event: Mapping[str, Any]) -> str:
    """The type of the body; one that says nothing is taken for JSON."""
    given = event.get("headers", {}).get("content-type", "").strip() or JSON
    header = Message()
    header["content-type"] = given
    content_type, charset = header.get_content_type(), header.get_content_charset("utf-8")
    if "/" in given and content_type in {JSON, FORM} and charset in {"utf-8", "us-ascii"}:
        return content_type
    what = f"Content-Type: given {shown(given)}; it takes {JSON} or {FORM}, in UTF-8"
    raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, what)


def _refuse_constant(name: str) -> None:
    message = f"{name} is not a JSON value"
    raise ValueError(message)


def _twice(name: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, f"{shown(name).strip('"')}: given twice")


def _bad(what: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, f"body: {what}")
