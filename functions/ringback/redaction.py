"""Choose what is kept of a request and its response: enough to see what happened, and no secrets."""

import re
from collections.abc import Mapping
from typing import Final

MASK: Final = "********"

PRIVATE: Final = frozenset({"message"})
"""Body names of values that are masked in a URL: the text of a message."""

KEPT_HEADERS: Final = frozenset(
    {
        b"content-type",
        b"date",
        b"server",
        b"location",
        b"retry-after",
        b"allow",
        b"www-authenticate",
        b"via",
        b"x-request-id",
        b"x-correlation-id",
        b"x-amzn-requestid",
        b"cf-ray",
    }
)
"""Response headers that say who answered, why, and where to find it in their log; cookies are not among them."""

MAX_HEADER = 96
"""Characters kept of a header's value."""

_SECRET: Final = re.compile("key|token|secret|pass|pwd|auth|sig|credential|session", re.IGNORECASE)
"""A query parameter whose name contains one of these holds a secret."""


def without_secrets(url: str) -> str:
    """Mask each value in the query of *url* whose name sounds like a secret."""
    address, mark, query = url.partition("?")
    return f"{address}?{'&'.join(map(_masked, query.split('&')))}" if mark else url


def _masked(parameter: str) -> str:
    """Mask what follows the first `=` after a word of `_SECRET`, in linear time."""
    word = _SECRET.search(parameter)
    equals = parameter.find("=", word.end()) if word else -1
    return parameter if equals < 0 or equals == len(parameter) - 1 else f"{parameter[: equals + 1]}{MASK}"


def kept_headers(fields: Mapping[bytes, tuple[bytes, bytes]]) -> Mapping[str, str]:
    """Return the response headers that are kept; *fields* has names and values by lower-case names."""
    return {
        name.decode(): _shown(name, value.decode("latin-1"))
        for name, (_, value) in fields.items()
        if name in KEPT_HEADERS and value
    }


def _shown(name: bytes, value: str) -> str:
    if name == b"location":  # the query of a redirect may hold a session
        address, mark, _ = value.partition("?")
        value = f"{address}{mark}{MASK if mark else ''}"
    value = value[:MAX_HEADER]
    if value.isprintable():  # as nearly all of them are
        return value
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in value)
