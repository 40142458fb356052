"""Decode request bodies: JSON and forms, in several charsets, all become the text of a JSON object."""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes

from api.gateway.content_types import CHARSETS, JSON, Content, parse_content
from api.gateway.errors import MAX_LEVELS, Problem, bad_body, given_twice, nested_too_deeply
from api.gateway.forms import parse_form
from ringback.json_text import Literal, parse_integer
from ringback.text import describe_type

MAX_BYTES = 262_144
"""Maximum size of a body, the same as of an event, whose data a preview may contain."""

_SAYS_NOTHING = frozenset({"", "null", "[]"})
"""Bodies that mean no body: clients that always send one send these, `[]` being PHP's empty array."""

_ASCII = re.compile(rb"[\t\n\r -~]*")
"""Bytes that mean the same text in every charset."""


def readable(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return *event* with its body as the text of a JSON object, or None if it is empty.

    Raises:
        Problem: the body is too large (413), of a type or charset that is not supported (415), or malformed (400).
    """
    body = _json(event)
    headers = {**event.get("headers", {}), "content-type": JSON}
    return {**event, "body": body, "isBase64Encoded": False, "headers": headers}


def parse_json(text: str) -> dict[str, Any]:
    """Parse the JSON object in *text*.

    Raises:
        Problem: it is not a JSON object, or names a field twice (400).
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
        raise nested_too_deeply() from None
    except ValueError as error:
        raise bad_body(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise bad_body(f"given {describe_type(value)}; expected an object of fields")
    if not _within(MAX_LEVELS, value):
        raise nested_too_deeply()
    return value


def _fields(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in fields:
            raise given_twice(name)
        fields[name] = value
    return fields


def _json(event: Mapping[str, Any]) -> str | None:
    raw = _bytes(event)
    if not raw.strip():
        return None  # whatever its Content-Type says
    content = parse_content(event.get("headers", {}))
    codec = _codec(raw, content)
    text = _decoded(raw, codec) if event.get("isBase64Encoded") else _as_utf_8(event["body"])
    text = text.removeprefix("\ufeff")
    if codec != "utf_8":
        _check_size(text.encode(errors="replace"), " in UTF-8")  # the encoding that is stored
    if content.is_form:
        return json.dumps(parse_form(_not_json(text), codec))
    return None if text.strip() in _SAYS_NOTHING else text


def _bytes(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    try:
        raw: bytes = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
    except ValueError:  # not base64, or half a surrogate pair
        raise bad_body("not UTF-8") from None
    _check_size(raw, "")
    return raw


def _check_size(body: bytes, of: str) -> None:
    if len(body) > MAX_BYTES:
        what = f"body: {len(body):,} bytes{of}; the maximum is {MAX_BYTES:,}"
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, what)


def _codec(raw: bytes, content: Content) -> str:
    """Return the codec that decodes *raw*; plain ASCII is accepted under any charset's name."""
    if content.codec:
        return content.codec
    if _ASCII.fullmatch(unquote_to_bytes(raw) if content.is_form else raw):
        return "utf_8"
    raise content.refusal


def _decoded(raw: bytes, codec: str) -> str:
    try:
        return raw.decode(codec)
    except UnicodeError:
        raise bad_body(f"not {CHARSETS[codec]}") from None


def _as_utf_8(text: str) -> str:
    """Check text that API Gateway has decoded itself; it replaces bytes that are not UTF-8 by U+FFFD."""
    if "\ufffd" in text:
        raise bad_body("not UTF-8; if you mean U+FFFD, write it as \\ufffd")
    return text


def _not_json(form: str) -> str:
    """Return *form* unless it is JSON: curl's `-d` labels everything as a form."""
    if form.lstrip()[:1] in {"{", "["}:
        what = f"Content-Type: given a form, but the body is JSON; send {JSON}"
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, what)
    return form


def _within(levels: int, value: object) -> bool:
    """Return whether objects and lists in *value* are nested at most *levels* deep."""
    if not isinstance(value, dict | list):
        return True
    parts = value.values() if isinstance(value, dict) else value
    return levels > 0 and all(_within(levels - 1, part) for part in parts)


def _refuse_constant(name: str) -> None:
    message = f"{name} is not a JSON value"
    raise ValueError(message)
