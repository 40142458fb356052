"""Write compact JSON, and keep numbers as they were written: `1573204600.10000`, `-0`, a long integer."""

import json
from typing import Final, Self

MAX_INTEGER = 300
"""Characters of an integer that is read as one; `int` refuses more than 4,300 digits, and is slow well before."""

_MINUS_ZERO: Final = "-0"

_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
# `JSONEncoder` makes one of these for each call, which takes as long as encoding a short text does.
_pieces = json.encoder.c_make_encoder(  # type: ignore[attr-defined]  # of its stubs
    None, _encoder.default, json.encoder.encode_basestring, None, ":", ",", *(False, False, True)
)


class Literal(float):
    """A number whose `str` is what was written."""

    __slots__ = ("written",)
    written: str

    def __new__(cls, written: str) -> Self:
        """Read the JSON text of a number."""
        literal = super().__new__(cls, written)
        literal.written = written
        return literal

    def __str__(self) -> str:
        return self.written


def parse_integer(written: str) -> int | Literal:
    """Return an integer, or a `Literal` where Python would not write it back the same way."""
    return int(written) if len(written) <= MAX_INTEGER and written != _MINUS_ZERO else Literal(written)


def to_compact_json(value: object) -> str:
    """Return *value* as JSON on one line, as short as possible."""
    return "".join(_pieces(value, 0))
