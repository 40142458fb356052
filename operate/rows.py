"""Read rows of callbacks from a file: CSV with names on its first line, or a JSON object on each line."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Final

from api.gateway.body import parse_json
from api.gateway.errors import Problem
from local.errors import LocalError
from operate.report import printable
from ringback.callbacks.parse import ACCOUNT_FIELDS, DELIVERY_FIELDS
from ringback.text import quote_value

NAMES: Final = tuple(dict.fromkeys(("account", "number", "event", *DELIVERY_FIELDS, *ACCOUNT_FIELDS)))
"""Columns that a file may have: whose callback it is, and the fields of the API with their aliases."""

DELIMITERS: Final = ",;\t"
"""What spreadsheets write between cells, depending on the country that they are set to."""

AS_THEY_ARE: Final = frozenset({"url_username", "url_password", "username", "password"})
"""Columns whose cells may begin or end with blanks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the file."""

    line: int
    """The line on which it begins; the first is 1."""
    fields: Mapping[str, object] = field(default_factory=dict, repr=False)
    """What it says, without empty cells."""
    refused: str = ""
    """Why it cannot be read."""


def read_rows(file: Path) -> list[Row]:
    """Read the rows of *file*, which is JSON if it begins like JSON.

    Raises:
        LocalError: it is missing, is not text in UTF-8, or has an unknown name on its first line.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise LocalError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise LocalError(f"{file} is not text in UTF-8") from None
    return list(_objects(text) if text.lstrip().startswith("{") else _records(file, text))


def _objects(text: str) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            fields = parse_json(line)
        except Problem as problem:
            yield Row(line=number, refused=problem.message)
        else:
            yield Row(line=number, fields=fields, refused="" if fields else "an object without fields")


def _records(file: Path, text: str) -> Iterator[Row]:
    first = text.partition("\n")[0]
    reader = csv.reader(StringIO(text, newline=""), delimiter=max(DELIMITERS, key=first.count), strict=True)
    try:
        names = _names(file, next(reader, []))
        line = reader.line_num + 1
        for cells in reader:
            if any(map(str.strip, cells)):
                yield _record(line, names, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        raise LocalError(f"{file}, line {reader.line_num}: {error}") from None


def _names(file: Path, cells: Iterable[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    for name in names:
        if name not in NAMES:
            raise LocalError(f"{file}: unknown column {printable(quote_value(name))}; allowed: {', '.join(NAMES)}")
        if names.count(name) > 1:
            raise LocalError(f"{file}: the column {name} is there twice")
    return names


def _record(line: int, names: list[str], cells: list[str]) -> Row:
    if len(cells) > len(names):
        return Row(line=line, refused=f"{len(cells)} cells; the first line names {len(names)}")
    given = {name: cell if name in AS_THEY_ARE else cell.strip() for name, cell in zip(names, cells, strict=False)}
    return Row(line=line, fields={name: cell for name, cell in given.items() if cell})
