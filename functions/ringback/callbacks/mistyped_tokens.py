"""Find text in a URL that was meant as a token but is not one: `((msg)`, `{{msg))`, `%7B%7Bmsg%7D%7D`, `(( msg ))`."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import islice
from typing import Final
from urllib.parse import unquote

from ringback.callbacks.tokens import TOKEN

_CLOSING: Final[Mapping[str, str]] = {"(": ")", "{": "}"}
_ENDS: Final = frozenset("&?#")
"""Brackets on different sides of one of these are not a pair."""

_ESCAPED: Final = re.compile("%(?:28|29|7B|7D)", re.IGNORECASE)
_GAP: Final = r"(?:\s|[+]|%20){0,3}"
_CANDIDATE: Final = re.compile(rf"([({{]{{0,3}}){_GAP}([A-Za-z_]+){_GAP}([)}}]{{0,3}})")
_PADDED: Final = re.compile(rf"{_GAP}[A-Za-z_]+{_GAP}")
_ALIKE: Final = 0.8
"""A ratio of difflib: `mesage` and `msgs` resemble a token, `bar` does not."""

MAX_COMPARED: Final = 50
"""Names in brackets that are compared with the kind's; an honest URL has a few."""


def mistyped_token(text: str, names: Iterable[str]) -> str | None:
    """Return the one of *names* that brackets in *text* seem to mean, though no value would ever replace them.

    Paired brackets are left alone, unless two surround a name: `/Foo_(bar)`, `?q={user{id}}`.
    """
    names = tuple(names)
    text = _ESCAPED.sub(lambda found: unquote(found[0]), TOKEN.sub(_without, text))
    unpaired = frozenset(_unpaired(text))
    meant = (str(found[2]).lower() for found in _CANDIDATE.finditer(text) if _is_meant(found, unpaired))
    for name in islice(meant, MAX_COMPARED):
        if alike := get_close_matches(name, names, n=1, cutoff=_ALIKE):
            return alike[0]
    return None


def _without(token: re.Match[str]) -> str:
    """Cut out a *token*, which has its own rules; with blanks inside it is not one, and stays."""
    name = token[1] or token[2]
    return token[0] if _PADDED.fullmatch(name) and not name.isidentifier() else "\0"


def _is_meant(found: re.Match[str], unpaired: frozenset[int]) -> bool:
    before, after = len(found[1]), len(found[3])
    brackets = {*range(found.start(1), found.end(1)), *range(found.start(3), found.end(3))}
    doubled = before > 1 and after > 1
    return doubled or ((before > 1 or after > 1) and not brackets.isdisjoint(unpaired))


def _unpaired(text: str) -> Iterator[int]:
    """Yield the positions of brackets in *text* without a partner."""
    opened: list[int] = []
    for at, character in enumerate(text):
        if character in _CLOSING:
            opened.append(at)
        elif character in _ENDS:
            yield from opened
            opened.clear()
        elif character in _CLOSING.values():
            if opened and _CLOSING[text[opened[-1]]] == character:
                opened.pop()
            else:
                yield at
    yield from opened
