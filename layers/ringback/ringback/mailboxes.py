"""Mail addresses: one mailbox, plainly written (RFC 5321, 4.1.2, without quotes, comments and literals)."""

import re

from ringback.errors import InvalidSetting
from ringback.texts import shown

MOST_CHARACTERS = 254
"""Of a whole address (RFC 5321, 4.5.3.1.3, less its brackets)."""

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAILBOX = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LABEL}")


def parse_mailbox(text: str) -> str:
    """The address in *text*, as it is.

    Raises:
        InvalidSetting: it is missing, a list, or none that mail can be sent to.
    """
    if not text:
        raise InvalidSetting("email", "missing; it takes one address, as in name@example.com")
    if "://" in text:  # not repeated: its query may hold a key
        raise InvalidSetting("email", "given a URL; it takes one address, as in name@example.com")
    if "," in text or ";" in text:
        raise InvalidSetting("email", f"given {shown(text)}; it takes one address, not a list")
    if not text.isascii():
        raise InvalidSetting("email", f"given {shown(text)}; it takes ASCII, a domain in its xn-- form")
    if len(text) > MOST_CHARACTERS or not _MAILBOX.fullmatch(text):
        raise InvalidSetting("email", f"given {shown(text)}; it takes one bare address, as in name@example.com")
    return text
