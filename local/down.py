"""`make down`: stop the local AWS; what is in its queues and tables is kept."""

import sys

from local.aws.ministack import stop
from local.errors import reported
from local.paths import Paths


def main() -> int:
    """Stop it and say so."""
    print("The local AWS is stopped; its state is kept." if stop(Paths()) else "No local AWS runs.")
    return 0


if __name__ == "__main__":
    sys.exit(reported(main))
