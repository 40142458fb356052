"""Repair text from outside, and quote it in messages."""

import json
import re

from ringback.json_text import Literal

MAX_SHOWN = 80
"""Characters of a value that a message repeats."""

_HALF = re.compile("[\ud800-\udfff]")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")

_KINDS = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}


def to_well_formed(text: str) -> str:
    """Replace every unpaired surrogate, which UTF-8 cannot carry, by U+FFFD, and join the pairs."""
    try:
        text.encode()
    except UnicodeEncodeError:
        if _PAIR.search(text):
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        return _HALF.sub("\N{REPLACEMENT CHARACTER}", text)
    return text


def describe_type(value: object) -> str:
    """Name the type of a JSON value."""
    return _KINDS.get(type(value), "a number")


def quote_value(value: object) -> str:
    """Quote a value for a message: one line of ASCII, cut if it is long; never used for a secret."""
    if isinstance(value, dict | list):
        return describe_type(value)
    try:
        # One character beyond the limit is enough to tell that it was cut.
        short = value[: MAX_SHOWN + 1] if isinstance(value, str) else value
        text = str(value) if isinstance(value, Literal) else json.dumps(short)
    except ValueError:  # more digits than Python writes (sys.set_int_max_str_digits)
        return describe_type(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
