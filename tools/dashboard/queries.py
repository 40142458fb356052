"""The part of CloudWatch Logs Insights that the dashboard's tables use, over lines that were logged."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

type LogLine = Mapping[str, Any]

_CONDITION: Final = re.compile(r"(\w+)\s*(!?=)\s*['\"]([^'\"]*)['\"]")
_COLUMN: Final = re.compile(r"(\w+)\((\*|\w+)\)\s+as\s+(\w+)")
_STATS: Final = re.compile(r"stats\s+(.*)\s+by\s+(.*)")

_FUNCTIONS: Final[Mapping[str, Callable[[Sequence[Any]], Any]]] = {
    "count": len,
    "count_distinct": lambda values: len(set(values)),
    "latest": lambda values: values[-1],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What a query answers."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


def ask(query: str, logged: Iterable[LogLine]) -> Table:
    """The answer to a *query* of filters joined by `and`, one `stats … by …`, `sort … desc` and `limit`.

    *logged* has the lines of the query's source, the oldest first.

    Raises:
        ValueError: the query uses something else.
    """
    table = Table(columns=(), rows=())
    lines = list(logged)
    for command in (part.strip() for part in query.split("|")):
        match command.split():
            case ["SOURCE", *_]:
                pass
            case ["filter", *_]:
                lines = [line for line in lines if _holds(command.removeprefix("filter"), line)]
            case ["stats", *_]:
                table = _stats(command, lines)
            case ["sort", column, "desc"]:
                place = table.columns.index(column)
                table = Table(columns=table.columns, rows=sorted(table.rows, key=lambda row: row[place], reverse=True))
            case ["limit", most]:
                table = Table(columns=table.columns, rows=table.rows[: int(most)])
            case _:
                raise ValueError(f"{command}; known: filter, stats … by …, sort … desc, limit")
    return table


def _holds(conditions: str, line: LogLine) -> bool:
    for condition in conditions.split(" and "):
        found = _CONDITION.fullmatch(condition.strip())
        if not found:
            raise ValueError(f"{condition.strip()}; known: name = 'value' and name != 'value'")
        name, comparison, value = found.groups()
        if (line.get(name) == value) is not (comparison == "="):
            return False
    return True


def _stats(command: str, lines: Iterable[LogLine]) -> Table:
    found = _STATS.fullmatch(command)
    columns = _COLUMN.findall(found[1]) if found else []
    if not found or not columns or any(function not in _FUNCTIONS for function, _, _ in columns):
        raise ValueError(f"{command}; known: {', '.join(_FUNCTIONS)} … as …, by …")
    names = [name.strip() for name in found[2].split(",")]
    groups: dict[tuple[Any, ...], list[LogLine]] = {}
    for line in lines:
        groups.setdefault(tuple(line.get(name) for name in names), []).append(line)
    rows = [
        (*group, *(_FUNCTIONS[function]([line.get(of) for line in some]) for function, of, _ in columns))
        for group, some in groups.items()
    ]
    return Table(columns=(*names, *(alias for _, _, alias in columns)), rows=rows)
