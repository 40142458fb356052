"""What can go wrong with the local AWS, said to the person at the terminal."""

import sys
from collections.abc import Callable


class LocalError(Exception):
    """Something that the person has to know of; the message says what to do about it."""


def reported(command: Callable[[], int]) -> int:
    """The exit status of *command*; a `LocalError` becomes its message and status 1, Ctrl-C status 130."""
    try:
        return command()
    except LocalError as error:
        print(f"ringback: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
