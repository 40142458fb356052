"""Compare files that a program writes and a reviewer reads: their changes show what changed in the stack."""

from difflib import unified_diff
from pathlib import Path


def difference(path: Path, text: str) -> str:
    """Say how the file at *path* differs from *text* and how to renew it; return an empty string if it does not."""
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    lines = unified_diff(
        kept.splitlines(), text.splitlines(), f"{path.name}, as it is", "as the template says", lineterm=""
    )
    changes = "\n".join(lines)
    return f"{changes}\n\nIf that is what you mean: make snapshots" if changes else ""
