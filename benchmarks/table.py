"""Format figures as a Markdown table that is readable on a screen, too."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tools.page_parts import filled

HEADER = "| measurement | ours | baselines | ratio, or as said | must | aim | reached |\n|---|---|---|---|---|---|---|"

REACHED = {"aim": "aim", "must": "must", "short": "**falls short**", "noisy": "noisy: measure again", "": ""}


def fill(page: Path, text: str) -> None:
    """Put *text* where *page* has room for it."""
    page.write_text(filled(page.read_text(encoding="utf-8"), "measured", text), encoding="utf-8")


def lines(results: Mapping[str, Any]) -> Iterator[str]:
    """Return the table, and below it the machine and the notes."""
    yield HEADER
    notes: list[str] = []
    for name, result in results.items():
        for figure in result["figures"]:
            yield _line(name, figure)
            if figure["note"]:
                notes.append(f"- `{name}`: {figure['note']}.")
    yield ""
    yield from dict.fromkeys(notes)
    yield ""
    for machine in {str(result["machine"]): result["machine"] for result in results.values()}.values():
        names = ", ".join(name for name, result in results.items() if result["machine"] == machine)
        yield (
            f"{names}: {machine['when']}, {machine['processor']}, {machine['cores']} cores, {machine['system']}, "
            f"Python {machine['python']}, load {machine['load']} at the start.  "
        )


def _line(name: str, figure: Mapping[str, Any]) -> str:
    unit = figure["unit"]
    baselines = "<br>".join(f"{other} {_number(runs['median'])}" for other, runs in figure["baselines"].items())
    judged = _spread(figure["judged"]) if figure["is"] != "value" else ""
    if figure["is"] == "ratio":
        judged = f"{judged} times {figure['against']}"
    elif figure["is"] == "difference":
        judged = f"{judged} {unit} over {figure['against']}"
    bounds = [f"≤ {_number(figure[bound])}" if figure[bound] is not None else "" for bound in ("must", "aim")]
    cells = [f"`{name}` {figure['measurement']}", f"{_spread(figure['ours'])} {unit}", baselines, judged, *bounds]
    return f"| {' | '.join(cells)} | {REACHED[figure['verdict']]} |"


def _spread(runs: Mapping[str, float]) -> str:
    return f"{_number(runs['median'])} ({_number(runs['min'])} to {_number(runs['max'])})"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits say enough
