"""How much of each campaign is done: all of it, or a lean part that is another one with each seed."""

import random
from dataclasses import dataclass

FEW = 1
"""Points of a scene that a lean pass tries, on average, however few it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What a campaign does of what it could."""

    seed: int
    """The same one does the same again."""
    share: float = 1.0
    """Of the steps at which something is killed; of the faults, which are thirty times as many, a tenth of that."""
    often: int = 50
    """Trials of what is tried many times."""
    examples: int = 8_000
    """Of a fuzzer."""
    rounds: int = 100
    """Of races, and of batches with receivers that lie."""
    liars: int = 5
    """Of the hundred events of such a batch."""
    attempt: float = 15.0
    """Seconds of an attempt at receivers that lie; as in production unless given."""
    connect: float = 5.0
    """Of connecting to them."""

    def takes(self, *names: object, points: int, of: float = 1.0) -> bool:
        """Whether one of so many *points* is tried, where so much *of* the share is; a few of any scene are."""
        share = 1 if self.share == 1 else max(self.share * of, FEW / points)
        return random.Random(f"{self.seed} {names}").random() < share  # noqa: S311 - a draw, not a secret


WHOLE = Size(seed=1)
LEAN = Size(seed=1, share=0.03, often=1, examples=150, rounds=1, liars=60, attempt=3, connect=2)
