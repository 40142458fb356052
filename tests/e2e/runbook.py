"""The command blocks of a runbook, and a shell that somebody pastes them into, one after the other."""

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"^#+ ([^\n]+)$|^( *)```(\w+)\n(.*?)^\2```$", re.DOTALL | re.MULTILINE)
"""A heading, or a fence with its indent and its language."""
OF_A_SHELL = ("sh", "console")
SECONDS = 240
"""All blocks of a page together; each command is a Python of its own, which starts within a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Commands that are pasted at once."""

    page: str
    heading: str
    number: int
    """Counts from 1 below each heading."""
    commands: str

    @property
    def name(self) -> str:
        """Where a person finds it."""
        return f"{self.page}, {self.heading}, {self.number}"


def blocks(page: Path) -> list[Block]:
    """Those of *page*, in its order."""
    found: list[Block] = []
    heading, number = "", 0
    for title, indent, language, commands in BLOCK.findall(page.read_text(encoding="utf-8")):
        if title:
            heading, number = title, 0
        if language not in OF_A_SHELL:
            continue
        number += 1
        lines = [line.removeprefix(indent) for line in commands.splitlines()]
        found.append(Block(page=page.name, heading=heading, number=number, commands="\n".join(lines)))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    """What came of a block."""

    status: int
    """Of the last command that failed; 0 if none did."""
    shown: str


def paste(
    given: Sequence[Block], *, folder: Path, environment: Mapping[str, str], before: Mapping[str, str]
) -> dict[str, Pasted]:
    """Paste the blocks into one bash in *folder*; *before* has what the person does, by the name of the block after."""
    script = ["exec 2>&1", "sleep() { :; }", "trap 'failed=$?' ERR"]
    for index, block in enumerate(given):
        script += [before.get(block.name, ":"), "failed=0", f"echo '<<{index}>>'", block.commands, 'echo "<<$failed>>"']
    done = subprocess.run(
        ["bash"],  # noqa: S607 - the one that a person has
        input="\n".join(script),
        cwd=folder,
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    results = re.findall(r"<<(\d+)>>\n(.*?)<<(\d+)>>", done.stdout, re.DOTALL)
    return {given[int(index)].name: Pasted(status=int(status), shown=shown) for index, shown, status in results}
