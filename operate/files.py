"""Keep dead letters as files: a letter's body is saved under its id, corrected there, and sent from there."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from local.errors import LocalError
from operate.letters import DeadLetter

SUFFIX = ".json"


def save(letters: Iterable[DeadLetter], folder: Path) -> Iterator[str]:
    """Write each letter's body into *folder*, readable only by its owner, and say what became of each.

    An existing file is left alone, because somebody may be correcting it.

    Raises:
        LocalError: the folder or a file cannot be written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for letter in letters:
            file = folder / f"{letter.id}{SUFFIX}"
            yield f"{file}: {'saved' if _write(file, letter.body) else 'there already, left as it is'}"
    except OSError as error:
        raise LocalError(f"{folder} cannot be written: {error.strerror}") from error


def read(files: Iterable[Path]) -> Mapping[str, str]:
    """Read the bodies in *files*, by the ids of their letters.

    Raises:
        LocalError: a file is missing, or is not text.
    """
    return dict(_read(file) for file in files)


def _write(file: Path, body: str) -> bool:
    try:
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(opened, "w", encoding="utf-8", newline="") as stream:
        stream.write(body)
    return True


def _read(file: Path) -> tuple[str, str]:
    if file.suffix != SUFFIX:
        raise LocalError(f"{file}: a saved letter is called <its id>{SUFFIX}")
    try:
        return file.stem, file.read_bytes().decode()
    except OSError as error:
        raise LocalError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise LocalError(f"{file} is not text in UTF-8") from None
