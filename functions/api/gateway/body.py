"""Bodies of requests: JSON and forms in any charset, checked and made alike before anything reads a field."""

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
"""Of a body: as much as an event has at most, whose data a preview may carry."""

_SAYS_NOTHING = frozenset({"", "null", "[]"})
"""JSON of clients that always send a body: one that is left out, PHP's empty array."""

_ASCII = re.compile(rb"[\t\n\r -~]*")
"""Text that is the same in every charset."""


def readable(event: Mapping[str, Any]) -> dict[str, Any]:
    """*event* with its body as the text of a JSON object, whatever it came as; None where there is nothing in it.

    Raises:
        Problem: it is too large (413), of a type or charset that we do not read (415), or broken (400).
    """
    body = _json(event)
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
        return None  # whatever its type is said to be
    content = parse_content(event.get("headers", {}))
    codec = _codec(raw, content)
    text = _decoded(raw, codec) if event.get("isBase64Encoded") else _as_utf_8(event["body"])
    text = text.removeprefix("\ufeff")
    if codec != "utf_8":
        _check_size(text.encode(errors="replace"), " in UTF-8")  # as it is kept
    if content.is_form:
        return json.dumps(parse_form(_not_json(text), codec))
    return None if text.strip() in _SAYS_NOTHING else text


def _bytes(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    try:
        raw: bytes = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
    except ValueError:  # in base64 that is none, too
        raise bad_body("not UTF-8") from None
    _check_size(raw, "")
    return raw


def _check_size(body: bytes, of: str) -> None:
    if len(body) > MAX_BYTES:
        what = f"body: {len(body):,} bytes{of}; the maximum is {MAX_BYTES:,}"
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, what)


def _codec(raw: bytes, content: Content) -> str:
    """What to read *raw* with; plain ASCII is readable under the name of any charset."""
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
    """What API Gateway made text of, as it does of `application/json`; a byte that it could not read is U+FFFD now."""
    if "\ufffd" in text:
        raise bad_body("not UTF-8; if you mean U+FFFD, write it as \\ufffd")
    return text


def _not_json(form: str) -> str:
    """*form*, unless it is JSON: curl's `-d` calls everything a form."""
    if form.lstrip()[:1] in {"{", "["}:
        what = f"Content-Type: given a form, but the body is JSON; send {JSON}"
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, what)
    return form


def _within(levels: int, value: object) -> bool:
    """Whether *value* is no more than so many objects and lists within each other."""
    if not isinstance(value, dict | list):
        return True
    parts = value.values() if isinstance(value, dict) else value
    return levels > 0 and all(_within(levels - 1, part) for part in parts)


def _refuse_constant(name: str) -> None:
    message = f"{name} is not a JSON value"
    raise ValueError(message)
