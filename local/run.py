"""`make run`: show the product at work: what customers set, what the platform sends, and what arrives.

The local AWS keeps running; the callbacks are removed, because their receiver ends with this program.
"""

import argparse
import os
import sys

from local.aws.ministack import ANY_PORT
from local.demo.demo import play
from local.demo.examples import Endpoint
from local.demo.receiver import Receiver
from local.demo.terminal import Screen
from local.errors import reported
from local.paths import Paths
from local.up import up


def main() -> int:
    """Run it; with `--once` only until everything has arrived, with status 0 if it has."""
    parser = argparse.ArgumentParser(prog="local.run", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end by itself")
    once: bool = parser.parse_args().once
    screen = Screen(sys.stdout, os.environ)
    paths = Paths()
    cloud = up(paths, port=int(os.environ.get("LOCAL_PORT", ANY_PORT)))
    screen.line(f"Ringback runs on a local AWS at {cloud.endpoint}", "bold")
    with Receiver(Endpoint().reply) as receiver:
        return play(cloud, receiver, screen, paths, once=once)


if __name__ == "__main__":
    sys.exit(reported(main))
