"""Cursors: opaque positions at which a list continues, valid for that list only.

A cursor holds no secret and grants no access: a list only ever reads its caller's own partition. A keyed digest binds
it to its owner and filters, so that a cursor of another list, or a made-up one, is refused instead of returning a wrong
page. When the service's key is rotated, lists have to be started over.
"""

import base64
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass

from ringback.errors import InvalidSetting
from ringback.json_text import to_compact_json

CURSOR_PURPOSE = "cursor"
"""The purpose for which the service's key is derived."""

_DIGITS = 32
"""Hexadecimal digits of the digest, which has 128 bits."""

MAX_CURSOR = 128
"""Characters of a cursor at most: a digest and the longest position."""

_CURSOR = re.compile(rf"([0-9a-f]{{{_DIGITS}}})([0-9a-z.+]{{1,64}})")


@dataclass(frozen=True, slots=True)
class Cursors:
    """Create and read cursors; *key* is called only when it is needed."""

    key: Callable[[], bytes]

    def cursor_for(self, position: str, *of: str) -> str:
        """Return the cursor for *position* in the list that *of* identifies: its owner and filters."""
        return base64.urlsafe_b64encode(f"{self._digest(position, of)}{position}".encode()).decode().rstrip("=")

    def position_in(self, cursor: str, *of: str) -> str:
        """Return the position that *cursor* stands for; an empty cursor is the beginning.

        Raises:
            InvalidSetting: it is not a cursor of this list.
        """
        if not cursor:
            return ""
        try:
            match = len(cursor) <= MAX_CURSOR and _CURSOR.fullmatch(base64.urlsafe_b64decode(f"{cursor}==").decode())
        except ValueError:
            match = None
        if not match or not hmac.compare_digest(match[1], self._digest(match[2], of)):
            raise invalid_cursor()
        return match[2]

    def _digest(self, position: str, of: tuple[str, ...]) -> str:
        return hmac.digest(self.key(), to_compact_json([position, *of]).encode(), "sha256").hex()[:_DIGITS]


def invalid_cursor() -> InvalidSetting:
    """Return the error for a cursor that does not belong to the list."""
    how = "keep the filters of the first page, or leave it out to start over"
    return InvalidSetting("cursor", f"not a cursor of this list, or no longer valid; {how}")
