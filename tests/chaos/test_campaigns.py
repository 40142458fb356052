"""A lean pass of every campaign; `make chaos` does all of it."""

import pytest

from tests.chaos.campaigns import CAMPAIGNS
from tests.chaos.size import LEAN


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_what_is_promised_is_kept(name: str) -> None:
    row = CAMPAIGNS[name](LEAN)

    assert row.red == [], f"seed {LEAN.seed}: make chaos NAME={name}"
    assert row.held == row.tried > 0
