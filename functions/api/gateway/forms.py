"""Parse forms into the objects that JSON clients send."""

import re
from typing import Any
from urllib.parse import parse_qsl

from api.gateway.content_types import CHARSETS
from api.gateway.errors import MAX_LEVELS, bad_body, given_twice, nested_too_deeply

MAX_FIELDS = 100
"""Fields that a form may have."""

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]+\])*)")


def parse_form(text: str, codec: str = "utf_8") -> dict[str, Any]:
    """Parse a form whose escapes are in *codec*; `a[b]=c` is the field `b` of the object `a`.

    Raises:
        Problem: it is malformed, or names a field twice (400).
    """
    try:
        pairs = parse_qsl(text, keep_blank_values=True, encoding=codec, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError as error:
        is_text = isinstance(error, UnicodeDecodeError)
        what = f"the form is not {CHARSETS[codec]}" if is_text else f"the form has more than {MAX_FIELDS} fields"
        raise bad_body(f"{what}") from None
    fields: dict[str, Any] = {}
    for key, value in pairs:
        _place(fields, key, value)
    return fields


def _place(fields: dict[str, Any], key: str, value: str) -> None:
    if key.count("[") >= MAX_LEVELS:
        raise nested_too_deeply()
    match = _KEY.fullmatch(key)
    *objects, name = [match[1], *re.findall(r"\[([^\[\]]+)\]", match[2])] if match else [key]
    for one in objects:
        fields = fields.setdefault(one, {})
        if not isinstance(fields, dict):
            raise given_twice(one)
    if name in fields:
        raise given_twice(name)
    fields[name] = value
