"""Numbers of JSON as they were written, where Python would change them: `1573204600.10000`, `-0`, a long integer."""

import json
from typing import Final, Self

MAX_INTEGER = 300
"""Characters of an integer that is read as one; `int` refuses 4,300 digits, and takes long for fewer."""

_MINUS_ZERO: Final = "-0"

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode  # `dumps` would make one for each call


class Literal(float):
    """A number that `str` shows as it was written."""

    __slots__ = ("written",)
    written: str

    def __new__(cls, written: str) -> Self:
        """Take JSON's text of a number."""
        literal = super().__new__(cls, written)
        literal.written = written
        return literal

    def __str__(self) -> str:
        return self.written


def parse_integer(written: str) -> int | Literal:
    """An integer, or its literal where it is none that Python writes back in the same way."""
    return int(written) if len(written) <= MAX_INTEGER and written != _MINUS_ZERO else Literal(written)


def to_compact_json(value: object) -> str:
    """*value* as JSON on one line, as short as it gets."""
    return _encode(value)
