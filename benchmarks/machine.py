"""Describe the machine on which the figures were measured."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path


def description() -> dict[str, str | int | float]:
    """Return the machine, and how busy it was at the start."""
    return {
        "when": datetime.now(UTC).isoformat(timespec="minutes"),
        "processor": _processor(),
        "cores": os.cpu_count() or 0,
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
    }


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    names = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    return next((line.partition(": ")[2] for line in names if line.startswith("model name")), platform.processor())
