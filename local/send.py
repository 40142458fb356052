"""Puts one event on the local queue: `python -m local.send '{"event": …}'`."""

import sys

from local.cloud import Cloud
from local.errors import LocalError, reported
from local.places import Places
from local.platform import put


def main() -> int:
    """Send the argument as it is."""
    if len(sys.argv) != 2:  # noqa: PLR2004 - the program and its one argument
        raise LocalError("one argument: the event as JSON")
    put(Cloud.saved(Places()), sys.argv[1])
    print("sent")
    return 0


if __name__ == "__main__":
    sys.exit(reported(main))
