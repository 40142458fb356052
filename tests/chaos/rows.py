"""What a campaign found: one row of the table, and what was red in words."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.chaos.ledger import Verdict
from tests.chaos.workers import Ended

HEADER = "| campaign | tried | held | lost | stuck | duplicated | longest | most memory |"
RULE = "|---|---:|---:|---:|---:|---:|---:|---:|"

MAX_RED = 40
"""Findings that are kept in words; the numbers count all."""


@dataclass(slots=True, kw_only=True)
class Row:
    """One campaign's figures."""

    name: str
    what: str
    """What was tried, in a few words with its numbers."""
    tried: int = 0
    held: int = 0
    """Trials in which everything that is promised was kept."""
    lost: int = 0
    stuck: int = 0
    duplicated: int = 0
    longest: float = 0.0
    """Seconds of the longest invocation, attempt or call."""
    memory: float = 0.0
    """Megabytes of the largest process of a function."""
    red: list[str] = field(default_factory=list)
    """What was not kept, with what one needs to see it again."""
    _named: set[str] = field(default_factory=set)

    def add(self, name: str, verdict: Verdict, ended: Iterable[Ended] = ()) -> None:
        """Count one trial, which *name* says how to do again."""
        self.tried += 1
        self.held += verdict.holds
        self.lost += len(verdict.lost)
        self.stuck += len(verdict.stuck)
        self.duplicated += verdict.duplicated
        if name not in self._named:
            self.red += [f"{name}: {text}" for text in verdict.red][: MAX_RED - len(self.red)]
        if verdict.red and name != self.name:  # the same again says no more; inputs of a fuzzer have no names
            self._named.add(name)
        for one in ended:
            self.took(one.seconds, one.megabytes)

    def took(self, seconds: float, megabytes: float = 0.0) -> None:
        """Note the time and the memory of something."""
        self.longest = max(self.longest, seconds)
        self.memory = max(self.memory, megabytes)

    def as_json(self) -> dict[str, Any]:
        """For the file."""
        public = {name: value for name, value in asdict(self).items() if not name.startswith("_")}
        return public | {"longest": round(self.longest, 2), "memory": round(self.memory)}


def line(row: dict[str, Any]) -> str:
    """The row as one of a Markdown table."""
    memory = f"{row['memory']} MB" if row["memory"] else ""
    numbers = (f"{row[name]:,}" for name in ("tried", "held", "lost", "stuck", "duplicated"))
    return f"| `{row['name']}`: {row['what']} | {' | '.join(numbers)} | {row['longest']:g} s | {memory} |"
