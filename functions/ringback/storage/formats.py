"""Number the formats of what is stored or sent; a release reads every format up to its own.

What has no number is in the first format. What DynamoDB itself uses (keys, conditions, indexes, expiry) has no format:
its meaning never changes, so that a release that cannot read an item does not damage it (decision 0013).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ringback.errors import InfrastructureError

if TYPE_CHECKING:
    from ringback.aws.statements import Item

FIRST = 1


def refuse_newer(what: str, given: int, newest: int) -> None:
    """Refuse what only a newer release can read; it is kept until that release runs again.

    Raises:
        InfrastructureError: the format *given* is above the *newest* that this release knows.
    """
    if given > newest:
        raise InfrastructureError(
            f"{what} is of format {given}, which a newer release made; this one reads up to {newest}"
        )


@contextmanager
def as_stored(what: str) -> Iterator[None]:
    """Raise `InfrastructureError` if the block cannot parse an item, so that one item does not end a whole batch."""
    try:
        yield
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        raise InfrastructureError(f"{what} is not stored as it should be: {type(error).__name__}") from error


@contextmanager
def of_format(what: str, item: "Item", *, newest: int) -> Iterator[None]:
    """Let the block read *item* if its format is *newest* or older; raise `InfrastructureError` otherwise."""
    with as_stored(what):
        refuse_newer(what, int(item["format"]["N"]) if "format" in item else FIRST, newest)
        yield
