"""Print for `make run`: calm on a terminal, plain text anywhere else."""

from collections.abc import Iterable, Mapping
from typing import Final, TextIO

WIDTH = 100
"""Columns that rules fill."""

_STYLES: Final[Mapping[str, str]] = {
    "bold": "\033[1m",
    "dim": "\033[2m",
    "green": "\033[32m",
    "yellow": "\033[33m",
    "red": "\033[31m",
    "cyan": "\033[36m",
}
_RESET: Final = "\033[0m"


class Screen:
    """Prints to *stream*."""

    def __init__(self, stream: TextIO, environment: Mapping[str, str]) -> None:
        """Use colours only on a terminal, and not if NO_COLOR (https://no-color.org) is set."""
        self._stream = stream
        self._colours = (
            stream.isatty() and not environment.get("NO_COLOR") and environment.get("TERM", "dumb") != "dumb"
        )

    def line(self, text: str = "", style: str = "") -> None:
        """Print one line."""
        print(self._styled(text, style), file=self._stream, flush=True)

    def heading(self, text: str) -> None:
        """Print what the next lines are about."""
        self.line()
        self.line(text, "bold")

    def rule(self, left: str, right: str, style: str) -> None:
        """Print a rule with what arrived and when."""
        fill = "─" * max(WIDTH - len(left) - len(right) - 8, 2)
        self.line()
        self.line(f"── {left} {fill} {right} ──", style)

    def block(self, lines: Iterable[str], *, first: str = "", style: str = "") -> None:
        """Print lines that belong together; the *first* may look different."""
        for line in lines:
            self.line(f"   {line}".rstrip(), first or style)
            first = ""

    def _styled(self, text: str, style: str) -> str:
        return f"{_STYLES[style]}{text}{_RESET}" if style and self._colours and text else text
