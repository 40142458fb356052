"""Cursors: where a list goes on, opaque, and good for that list alone.

They hold no secret and open nothing: a list only ever reads its caller's own partition. Bound they are so that one
that belongs elsewhere is told so, instead of giving a page that nobody asked for. Whoever reads a position judges it
all the same: its owner can have made it up.
"""

import base64
import hashlib
import re

from ringback.errors import InvalidSetting
from ringback.json_text import to_compact_json

_DIGITS = 16
"""Of the digest that binds a cursor to its list; for mistakes, not for attackers."""

MAX_CURSOR = 128
"""Characters of a cursor; the longest that we make has 107."""

_CURSOR = re.compile(rf"([0-9a-f]{{{_DIGITS}}})([0-9a-z.+]{{1,64}})")


def cursor_for(position: str, *of: str) -> str:
    """The cursor that stands for *position* in the list *of* that owner with those filters."""
    return base64.urlsafe_b64encode(f"{_digest(position, of)}{position}".encode()).decode().rstrip("=")


def position_in(cursor: str, *of: str) -> str:
    """The position that *cursor* stands for; empty for none.

    Raises:
        InvalidSetting: it is none, or one of another list.
    """
    if not cursor:
        return ""
    try:
        match = len(cursor) <= MAX_CURSOR and _CURSOR.fullmatch(base64.urlsafe_b64decode(f"{cursor}==").decode())
    except ValueError:
        match = None
    if not match or match[1] != _digest(match[2], of):
        raise no_cursor()
    return match[2]


def no_cursor() -> InvalidSetting:
    """A cursor that no page of this list had."""
    return InvalidSetting("cursor", "it is not one of this list; leave it out to start, and keep the filters")


def _digest(position: str, of: tuple[str, ...]) -> str:
    return hashlib.sha256(to_compact_json([position, *of]).encode()).hexdigest()[:_DIGITS]
