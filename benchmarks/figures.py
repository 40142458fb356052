"""Hold figures: what was measured, against its baselines, with the bounds that it has to keep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

NOISY = 0.5
"""If runs differ by more than this share of their median, they say more about the machine than about us."""

RUNS = 5
"""Runs of each measurement, at least; more if a run is short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table; runs at the same position were made one after the other."""

    measurement: str
    unit: str
    ours: Sequence[float]
    baselines: Mapping[str, Sequence[float]] = field(default_factory=dict)
    against: str = ""
    """The baseline of the ratio; without one, the bounds are for the value itself."""
    must: float | None = None
    aim: float | None = None
    plus: bool = False
    """Whether the bounds are for the difference from the baseline instead of the ratio."""
    note: str = ""

    @property
    def judged(self) -> list[float]:
        """Return what the bounds apply to, for each run."""
        if not self.against:
            return list(self.ours)
        pairs = zip(self.ours, self.baselines[self.against], strict=True)
        return [ours - baseline if self.plus else ours / baseline for ours, baseline in pairs]

    @property
    def verdict(self) -> str:
        """Judge by the median, unless the runs differ too much to tell."""
        value = median(self.judged)
        if (self.must or self.aim) and max(self.judged) - min(self.judged) > NOISY * abs(value) and not self.plus:
            return "noisy"
        if self.aim is not None and value <= self.aim:
            return "aim"
        if self.must is None:
            return ""
        return "must" if value <= self.must else "short"

    def as_json(self) -> dict[str, Any]:
        """Return the figure for the file."""
        return {
            "measurement": self.measurement,
            "unit": self.unit,
            "ours": spread(self.ours),
            "baselines": {name: spread(runs) for name, runs in self.baselines.items()},
            "against": self.against,
            "judged": spread(self.judged),
            "is": ("difference" if self.plus else "ratio") if self.against else "value",
            "must": self.must,
            "aim": self.aim,
            "verdict": self.verdict,
            "note": self.note,
        }


def spread(runs: Sequence[float]) -> dict[str, float | int]:
    """Format the median, least and most of *runs*, and how many there were."""
    digits = {"median": median(runs), "min": min(runs), "max": max(runs)}
    return {name: float(f"{value:.4g}") for name, value in digits.items()} | {"runs": len(runs)}
