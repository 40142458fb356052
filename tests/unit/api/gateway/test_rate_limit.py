"""What an account may ask for."""

from datetime import timedelta

import pytest

from api.gateway.rate_limit import Allowance


def test_ten_a_second_and_twenty_at_once() -> None:
    allowance = Allowance(per_second=10, burst=20)

    assert allowance.interval == timedelta(seconds=0.1)
    assert allowance.credit == timedelta(seconds=1.9)
    assert allowance.retry_after == 1


@pytest.mark.parametrize(("per_second", "seconds"), [(0.1, 10), (0.3, 4), (1, 1), (1_000, 1)])
def test_who_waits_as_long_as_told_is_let_in(per_second: float, seconds: int) -> None:
    assert Allowance(per_second=per_second, burst=1).retry_after == seconds
