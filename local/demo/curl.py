"""Print lines to paste: what a customer asks the API with `curl`."""

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

from local.demo.examples import FONENUMBER, Scene


def write_header(file: Path, token: str) -> None:
    """Keep the header with *token* in *file*, readable only by its owner, so that no process list shows it."""
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(f"token: {token}\n")
    new.replace(file)


def lines(api: str, header: Path, scene: Scene, *, receiver: str, delivery: str) -> Iterator[tuple[str, str]]:
    """Yield what each line does, and the line: about *scene*, and about a *delivery* that exists."""
    number = f"{api}/v2/fonenumbers/{FONENUMBER}"
    given = scene.settings(receiver) | {"fonenumber": FONENUMBER}
    form = " ".join(f"--data-urlencode {shlex.quote(f'{name}={value}')}" for name, value in given.items())
    yield "Set a callback", _line(header, f"{form} {api}/v2/{scene.kind}")
    yield "Read all callbacks of the number", _line(header, number)
    yield "Preview what an event would send", _line(header, f"-X POST {number}/{scene.kind}/preview")
    yield "Read the log", _line(header, shlex.quote(f"{number}/deliveries?limit=10"))
    if delivery:
        yield "Send one again", _line(header, f"-X POST {number}/deliveries/{delivery}/redeliver")


def variables(api: str, header: Path, *, delivery: str) -> str:
    """Return the line that sets what other `curl` lines use: `$API`, `$TOKEN` and `$DELIVERY`."""
    return f"API={shlex.quote(api)} TOKEN=$(sed 's/^token: //' {shlex.quote(str(header))}) DELIVERY={delivery}"


def _line(header: Path, rest: str) -> str:
    return f"curl -sS -H {shlex.quote(f'@{header}')} {rest}; echo"
