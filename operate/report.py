"""Format dead letters for a person."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from operate.letters import DeadLetter
from operate.redacted import parse_content

REMOVED = "\N{REPLACEMENT CHARACTER}"
"""Replaces what a terminal would obey instead of showing it."""


def lines_of(number: int, letter: DeadLetter, *, body: bool) -> Iterator[str]:
    """Format *letter* as the *number*th of a list, with *body* and detail, private texts included, if asked for."""
    content = parse_content(letter.body)
    yield f"{number}  {letter.reason}   sent {letter.sent:%Y-%m-%d %H:%M:%S} UTC"
    yield _row("from", letter.story)
    for name, value in content.about.items():
        yield _row(name, value)
    if content.fields:
        yield _row("fields", ", ".join(content.fields))
    yield _row("size", f"{len(letter.body.encode(errors='replace')):,} bytes")
    yield _row("letter", letter.id)
    if body and "detail" in letter.attributes:
        yield _row("detail", letter.attributes["detail"])
    if body:
        yield _row("body", letter.body)


def summary(name: str, count: int, letters: Sequence[DeadLetter]) -> Iterator[str]:
    """Say how many letters the stack *name* has, and how many of *letters* have which reason."""
    total = max(count, len(letters))  # SQS's count is approximate
    if not total:
        yield f"No dead letters in {name}."
        return
    yield f"Dead letters in {name}: about {total:,}, {len(letters):,} shown."
    yield from _counts(letter.reason for letter in letters)


def unseen(number: int) -> Iterator[str]:
    """Say that about *number* letters are missing in a list; SQS's count is approximate."""
    yield f"About {number:,} more may be there that this look has not seen: somebody else looks at them, or they have"
    yield "just gone and SQS counts them still. Look again later."


def _counts(reasons: Iterable[str]) -> Iterator[str]:
    for reason, times in Counter(reasons).most_common():
        yield f"{times:>7,}  {printable(reason)}"


def _row(name: str, value: str) -> str:
    return f"   {name:<11} {printable(value)}"


def printable(text: str) -> str:
    """Return *text* on one line, without anything that moves the cursor or changes a colour."""
    return "".join(character if character.isprintable() else REMOVED for character in text)
