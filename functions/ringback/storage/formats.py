"""Formats: each shape that is stored or sent has a number, and a release reads every one up to its own.

What has no number is of the first. What DynamoDB itself goes by (keys, conditions, indexes, expiry) has none: its
meaning never changes, so that a release which cannot read an item does it no harm (decision 0013).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ringback.errors import InfrastructureError

if TYPE_CHECKING:
    from ringback.aws.statements import Item

FIRST = 1


def refuse_newer(what: str, given: int, newest: int) -> None:
    """Let nothing pass that only a newer release can read; it keeps until that one runs again.

    Raises:
        InfrastructureError: the format *given* is above the *newest* that this release knows.
    """
    if given > newest:
        raise InfrastructureError(
            f"{what} is of format {given}, which a newer release made; this one reads up to {newest}"
        )


@contextmanager
def as_stored(what: str) -> Iterator[None]:
    """Raise `InfrastructureError` for an item in the block that has not its shape: it must not end a whole batch."""
    try:
        yield
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        raise InfrastructureError(f"{what} is not stored as it should be: {type(error).__name__}") from error


@contextmanager
def of_format(what: str, item: "Item", *, newest: int) -> Iterator[None]:
    """Read *item* in the block if its format is *newest* or older; raise `InfrastructureError` for any other."""
    with as_stored(what):
        refuse_newer(what, int(item["format"]["N"]) if "format" in item else FIRST, newest)
        yield
