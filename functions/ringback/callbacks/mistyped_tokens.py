"""Text in a URL that was meant for a token and is none: `((msg)`, `{{msg))`, `%7B%7Bmsg%7D%7D`, `(( msg ))`."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import islice
from typing import Final
from urllib.parse import unquote

from ringback.callbacks.template import TOKEN

_CLOSING: Final[Mapping[str, str]] = {"(": ")", "{": "}"}
_ENDS: Final = frozenset("&?#")
"""Brackets on both sides of one of these are no pair."""

_ESCAPED: Final = re.compile("%(?:28|29|7B|7D)", re.IGNORECASE)
_GAP: Final = r"(?:\s|[+]|%20){0,3}"
_CANDIDATE: Final = re.compile(rf"([({{]{{0,3}}){_GAP}([A-Za-z_]+){_GAP}([)}}]{{0,3}})")
_PADDED: Final = re.compile(rf"{_GAP}[A-Za-z_]+{_GAP}")
_ALIKE: Final = 0.8
"""Of difflib's ratio: `mesage` and `msgs` are like a token, `bar` is not."""

MAX_COMPARED: Final = 50
"""Names in brackets that are compared with those of the kind; an honest URL has a few."""


def mistyped_token(text: str, names: Iterable[str]) -> str | None:
    """The one of *names* that is meant by brackets in *text* which no value would ever replace.

    Brackets that are pairs are left alone, unless there are two around a name: `/Foo_(bar)`, `?q={user{id}}`.
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
    """Nothing in place of a *token*, which has rules of its own; one with blanks inside is none."""
    name = token[1] or token[2]
    return token[0] if _PADDED.fullmatch(name) and not name.isidentifier() else "\0"


def _is_meant(found: re.Match[str], unpaired: frozenset[int]) -> bool:
    before, after = len(found[1]), len(found[3])
    brackets = {*range(found.start(1), found.end(1)), *range(found.start(3), found.end(3))}
    doubled = before > 1 and after > 1
    return doubled or ((before > 1 or after > 1) and not brackets.isdisjoint(unpaired))


def _unpaired(text: str) -> Iterator[int]:
    """Where *text* has brackets without their partners."""
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
