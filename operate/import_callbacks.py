"""`make import`: set the callbacks in a file, or say what that would change."""

import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from local.errors import LocalError, reported
from local.signals import in_order
from operate.importing import Import, Verdict
from operate.report import printable
from operate.rows import read_rows
from operate.stacks import Stack, find_stack
from ringback.aws.clients import infrastructure_error
from ringback.aws.dynamodb import Table
from ringback.aws.kms import Credentials
from ringback.errors import InfrastructureError
from ringback.ssrf.rules import Network, parse_networks
from ringback.storage.numbers import Numbers

TOLD = (Verdict.REFUSED, Verdict.FAILED, Verdict.CHANGED, Verdict.REMOVED)
"""Rows that get a line: those that somebody has to correct, and those that remove what is set now."""


def arguments(given: Sequence[str]) -> Namespace:
    """The options of the command."""
    parser = ArgumentParser(prog="import", description=__doc__)
    parser.add_argument("--stack", help="name of a stack on AWS; without it, the one on the local AWS")
    parser.add_argument("--write", action="store_true", help="write; without it, nothing is written")
    parser.add_argument("file", type=Path, help="CSV with names on its first line, or JSON lines")
    return parser.parse_args(given)


def run(asked: Namespace, stack: Stack) -> int:
    """Import the file that is *asked* for into *stack*; return status 1 if a row was refused or could not be written.

    Raises:
        LocalError: the file is not as it should be.
        InfrastructureError: AWS is unreachable, or refuses these credentials.
    """
    rows = read_rows(asked.file)
    importing = Import(numbers=_numbers(stack), allowed=_allowed(stack), write=asked.write)
    counts: Counter[Verdict] = Counter()
    try:
        for judged in importing.run(rows):
            counts[judged.verdict] += 1
            if judged.verdict in TOLD:
                print(printable(f"line {judged.line}: {judged.verdict}: {judged.about}"), flush=True)
    finally:
        for line in summary(asked, stack, len(rows), counts):
            print(line, flush=True)
    return int(bool(counts[Verdict.REFUSED] or counts[Verdict.FAILED]))


def summary(asked: Namespace, stack: Stack, rows: int, counts: Mapping[Verdict, int]) -> Iterator[str]:
    """Count what became of the *rows*."""
    listed = ", ".join(
        f"{counts[verdict]:,} {verdict}" for verdict in Verdict if counts[verdict] or verdict in TOLD[:1]
    )
    yield f"{asked.file}: {rows:,} {'row' if rows == 1 else 'rows'} for {stack.name}: {listed}."
    if open_ := rows - sum(counts.values()):
        yield f"{open_:,} were not looked at; doing it again does what is missing."
    if not asked.write:
        yield "Nothing was written; WRITE=1 writes."


def _numbers(stack: Stack) -> Numbers:
    kms = stack.client("kms")
    return Numbers(
        table=Table(
            name=stack.outputs["CallbacksTable"], partition="owner", sort="event", client=stack.client("dynamodb")
        ),
        credentials=Credentials(key=stack.outputs["CredentialsKeyArn"], kms=lambda: kms),
    )


def _allowed(stack: Stack) -> tuple[Network, ...]:
    """Return the networks that callbacks of *stack* may reach in addition to public ones; its functions know them."""
    with infrastructure_error("reading what callbacks may reach"):
        function = stack.client("lambda").get_function_configuration(FunctionName=stack.outputs["DeliverFunctionName"])
    return parse_networks(function["Environment"]["Variables"]["ALLOWED_NETWORKS"])


def main() -> int:
    """Import a file."""
    asked = arguments(sys.argv[1:])
    if not asked.file.name:
        raise LocalError("name a file: make import FILE=callbacks.csv")
    try:
        with in_order():
            return run(asked, find_stack(asked.stack))
    except InfrastructureError as fault:
        hint = "" if asked.stack else "; `make up` starts the local AWS"
        raise LocalError(f"{fault}{hint}") from None


if __name__ == "__main__":
    sys.exit(reported(main))
