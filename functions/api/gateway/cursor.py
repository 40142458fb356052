"""Cursors: where a list goes on, opaque, and good for that list alone.

They hold no secret and open nothing: a list only ever reads its caller's own partition. A digest with the service's key
binds each to its owner and list, so that one that belongs elsewhere, or that somebody made up, is told so instead of
giving a page that nobody asked for. When the key is rotated, lists that are open begin anew.
"""

import base64
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass

from ringback.errors import InvalidSetting
from ringback.json_text import to_compact_json

CURSOR_PURPOSE = "cursor"
"""Of the service's key."""

_DIGITS = 32
"""Of the digest, which are 128 bits."""

MAX_CURSOR = 128
"""Characters of a cursor: those of a digest and the longest position."""

_CURSOR = re.compile(rf"([0-9a-f]{{{_DIGITS}}})([0-9a-z.+]{{1,64}})")


@dataclass(frozen=True, slots=True)
class Cursors:
    """Makes cursors and reads them; the *key* is asked for only where there is one."""

    key: Callable[[], bytes]

    def cursor_for(self, position: str, *of: str) -> str:
        """The cursor that stands for *position* in the list *of* that owner with those filters."""
        return base64.urlsafe_b64encode(f"{self._digest(position, of)}{position}".encode()).decode().rstrip("=")

    def position_in(self, cursor: str, *of: str) -> str:
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
        if not match or not hmac.compare_digest(match[1], self._digest(match[2], of)):
            raise no_cursor()
        return match[2]

    def _digest(self, position: str, of: tuple[str, ...]) -> str:
        return hmac.digest(self.key(), to_compact_json([position, *of]).encode(), "sha256").hex()[:_DIGITS]


def no_cursor() -> InvalidSetting:
    """A cursor that no page of this list had."""
    how = "keep the filters of the first page, or leave it out to start over"
    return InvalidSetting("cursor", f"not a cursor of this list, or no longer valid; {how}")
