"""Accounts as the platform names them, and as owners hold them."""

import re
from typing import Final

from ringback.errors import InvalidSetting
from ringback.texts import shown

PATTERN: Final = "^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$"
"""What an account is, in the part of the language that JSON Schema shares with Python."""

_ACCOUNT: Final = re.compile(PATTERN)


def parse_account(given: object) -> str:
    """The account that *given* names, as text or as a whole number.

    Raises:
        InvalidSetting: it names none; `#` above all, which ends the account in an owner, is not allowed.
    """
    if isinstance(given, bool) or not isinstance(given, str | int) or not _ACCOUNT.fullmatch(str(given)):
        raise InvalidSetting("account", f"given {shown(given)}; allowed: 1 to 64 letters, digits, . _ @ -")
    return str(given)
