"""Parse phone numbers, accounts and mail addresses into the form in which they are stored and compared."""

import re
from typing import Final

from ringback.errors import InvalidSetting
from ringback.text import MAX_SHOWN, quote_value

_SPACES: Final = r" \u00a0\u2009\u202f"  # the spaces that web pages and word processors put into numbers, too

_BETWEEN: Final = rf"[{_SPACES}./()\u2010-\u2013\-]*"

_END: Final = rf"[{_SPACES}\t\r\n)]*$"

_TEN: Final = rf"[2-9](?:{_BETWEEN}[0-9]){{9}}"

_ABROAD: Final = rf"[2-9](?:{_BETWEEN}[0-9]){{6,14}}"

_TRUNK_ZERO: Final = rf"\([{_SPACES}]*0[{_SPACES}]*\)"

MAX_WRITTEN: Final = 64
"""Characters of a number in any notation, separators included."""

FONENUMBER_PATTERN: Final = (
    rf"^(?![\s\S]{{{MAX_WRITTEN + 1}}})(?:"
    rf"\(*{_TEN}{_END}"
    rf"|[{_SPACES}(]*(?:\+{_BETWEEN})?1{_BETWEEN}{_TEN}{_END}"
    rf"|(?!.*{_TRUNK_ZERO})[{_SPACES}(]*\+{_BETWEEN}{_ABROAD}{_END}"
    rf"|[0-9]{{5,6}}$)"
)
"""Exactly the text that `parse_fonenumber` accepts, written so that JSON Schema and Python understand it alike.

In a form, an unescaped `+` arrives as a space, and `+65 6123 4567` would pass for ten digits. So only a 1 and ten
digits may follow a leading space, because they mean the same with and without the `+`.
"""

_TAKEN: Final = re.compile(FONENUMBER_PATTERN.replace("$", r"\Z"))

_PLAIN: Final = re.compile(r"[2-9][0-9]{9}")  # nearly all numbers in events, a microsecond faster

_NO_DIGITS: Final = re.compile(r"[^0-9]+")

_LONGEST: Final = 10**15

_WITH_COUNTRY: Final = 11
"""Digits of a North American number with its country code."""

_RULE: Final = (
    "expected 10 digits as in 3215551212, + and a country code as in +4930123456, or a short code of 5 or 6 digits"
)

_HINTS: Final = (
    (re.compile(rf".*\+.*{_TRUNK_ZERO}"), "; leave out the (0), which nobody dials after a country code"),
    (re.compile(r"\W*(?:00|011)[^0-9]*[1-9]"), "; write + in place of 00 or 011"),
    (re.compile(rf"[{_SPACES}]+[0-9(]"), "; it begins with a space: in a form, + is written %2B"),
    (
        re.compile(r"[^+\w]*(?:\+?[^+\w]*1)?[^+\w]*[01](?:[^+\w]*[0-9]){9}[^+\w]*\Z", re.ASCII),
        "; an area code begins with 2 to 9",
    ),
    (re.compile(r"(?=.*[^\W0-9])[\W\d]*\Z"), "; digits are 0 to 9"),
)
"""What may be wrong, where it is possible to tell."""

ACCOUNT_PATTERN: Final = "^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$"
"""An account's id, written so that JSON Schema and Python understand it alike."""

_ACCOUNT: Final = re.compile(ACCOUNT_PATTERN)

MAX_MAILBOX = 254
"""Characters of an address (RFC 5321, 4.5.3.1.3, without the brackets)."""

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"

_MAILBOX = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LABEL}")


def parse_fonenumber(text: object) -> str:
    """Read a number in any notation: `+1 (321) 555-1212` becomes `3215551212`, `+49 30/123456` becomes `+4930123456`.

    Raises:
        InvalidSetting: *text* is not a number. A guess could be somebody else's number, so none is made.
    """
    if isinstance(text, str) and _PLAIN.fullmatch(text):
        return text
    if isinstance(text, bool) or not isinstance(text, str | int) or not _TAKEN.match(written := _written(text)):
        raise _refused(text)
    digits = _NO_DIGITS.sub("", written)
    if digits.startswith("1") and len(digits) == _WITH_COUNTRY:
        return digits[1:]
    return f"+{digits}" if "+" in written else digits


def spoken(fonenumber: str) -> str:
    """Write a stored number as people read it, as in `321-555-1212`; return others unchanged."""
    if len(fonenumber) != _WITH_COUNTRY - 1 or "+" in fonenumber:
        return fonenumber
    return f"{fonenumber[:3]}-{fonenumber[3:6]}-{fonenumber[6:]}"


def _written(given: str | int) -> str:
    if isinstance(given, int):
        return str(given) if 0 <= given < _LONGEST else ""
    return given


def _refused(given: object) -> InvalidSetting:
    if given is None or given == "":
        return InvalidSetting("fonenumber", f"missing; {_RULE}")
    text = _written(given)[:MAX_SHOWN] if isinstance(given, str | int) else ""
    hint = next((hint for pattern, hint in _HINTS if pattern.match(text)), "")
    return InvalidSetting("fonenumber", f"given {quote_value(given)}; {_RULE}{hint}")


def parse_account(given: object) -> str:
    """Return the account that *given* names, as text or as a whole number.

    Raises:
        InvalidSetting: *given* is not an account's id. `#` is never allowed, since it ends the account in an owner.
    """
    if isinstance(given, bool) or not isinstance(given, str | int) or not _ACCOUNT.fullmatch(str(given)):
        raise InvalidSetting("account", f"given {quote_value(given)}; allowed: 1 to 64 letters, digits, . _ @ -")
    return str(given)


def parse_mailbox(text: str) -> str:
    """Return *text* unchanged if it is an address that mail can be sent to.

    Raises:
        InvalidSetting: it is missing, a list, or not such an address.
    """
    if not text:
        raise InvalidSetting("email", "missing; expected one address, as in name@example.com")
    if "://" in text:  # not repeated: its query may hold a key
        raise InvalidSetting("email", "given a URL; expected one address, as in name@example.com")
    if "," in text or ";" in text:
        raise InvalidSetting("email", f"given {quote_value(text)}; expected one address, not a list")
    if not text.isascii():
        raise InvalidSetting("email", f"given {quote_value(text)}; expected ASCII, a domain in its xn-- form")
    if len(text) > MAX_MAILBOX or not _MAILBOX.fullmatch(text):
        raise InvalidSetting("email", f"given {quote_value(text)}; expected one bare address, as in name@example.com")
    return text
