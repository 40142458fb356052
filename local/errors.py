"""Tell the person at the terminal what went wrong with the local AWS."""

import sys
from collections.abc import Callable


class LocalError(Exception):
    """Something that the person has to know about; the message says what to do."""


def reported(command: Callable[[], int]) -> int:
    """Return the exit status of *command*; a `LocalError` becomes its message and status 1, Ctrl-C status 130."""
    try:
        return command()
    except LocalError as error:
        print(f"ringback: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
