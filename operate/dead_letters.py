"""`make dead-letters`: list the dead letters of a stack, save them as files, send them again or remove them."""

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterable, Sequence
from pathlib import Path

from local.errors import LocalError, reported
from local.signals import in_order
from operate.actions import Settled, drop, put
from operate.files import read, save
from operate.queue import DeadLetterQueue
from operate.report import lines_of, summary, unseen
from operate.stacks import Stack, find_stack
from ringback.errors import InfrastructureError

MAX_COUNT = 100
"""Letters that are shown unless somebody asks for more."""


def arguments(given: Sequence[str]) -> Namespace:
    """The options of the command."""
    parser = ArgumentParser(prog="dead-letters", description=__doc__)
    parser.add_argument("--stack", help="name of a stack on AWS; without it, the one on the local AWS")
    parser.add_argument(
        "--most", type=_positive, default=MAX_COUNT, help="letters to show or save at most (%(default)s)"
    )
    parser.add_argument("--bodies", action="store_true", help="show bodies and details too: they hold private texts")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--save", type=Path, metavar="FOLDER", help="write the body of each letter into a file")
    what.add_argument(
        "--put", type=Path, nargs="+", metavar="FILE", help="send saved letters again, as the files are now"
    )
    what.add_argument("--drop", type=Path, nargs="+", metavar="FILE", help="remove letters; their files stay")
    return parser.parse_args(given)


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise ArgumentTypeError(f"it is {text!r}; allowed: a number from 1 on")
    return int(text)


def run(asked: Namespace, stack: Stack) -> int:
    """Do what was *asked* on *stack*; return status 1 if a named letter is not settled, or if some were not seen.

    Raises:
        LocalError: a file or folder is not as it should be.
        InfrastructureError: SQS is unreachable, or refuses these credentials.
    """
    files = read(asked.put or asked.drop or ())
    with DeadLetterQueue(url=stack.outputs["DeadLettersUrl"], sqs=stack.client("sqs")) as look:
        if asked.put:
            return _report(put(files, look, stack))
        if asked.drop:
            return _report(drop(files, look))
        return _show(asked, stack, look)


def _show(asked: Namespace, stack: Stack, look: DeadLetterQueue) -> int:
    count = look.count()
    letters = list(look.letters(asked.most))
    for number, letter in enumerate(letters, start=1):
        _print([*lines_of(number, letter, body=asked.bodies), ""])
    _print(summary(stack.name, count, letters))
    if asked.save:
        _print(save(letters, asked.save))
    missed = min(count, asked.most) - len(letters)
    if missed > 0:
        _print(unseen(missed))
    return int(missed > 0)


def _report(settled: Iterable[Settled]) -> int:
    status = 0
    for one in settled:
        print(f"{one.letter}: {one.said}", flush=True)
        status |= not one.done
    return status


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def main() -> int:
    """List, save, send or remove."""
    asked = arguments(sys.argv[1:])
    try:
        with in_order():  # or the letters would stay hidden
            return run(asked, find_stack(asked.stack))
    except InfrastructureError as fault:
        hint = "" if asked.stack else "; `make up` starts the local AWS"
        raise LocalError(f"{fault}{hint}") from None


if __name__ == "__main__":
    sys.exit(reported(main))
