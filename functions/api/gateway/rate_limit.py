"""Requests of one account: so many a second in the long run, a few more at once (a token bucket, as GCRA).

The bucket is one number in the Callbacks table: when the account would be at rest again. A call at rest is one
conditional write, one in a burst two.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from math import ceil

from api.config import ApiConfig
from api.gateway.errors import Problem
from ringback.aws.dynamodb import Table
from ringback.aws.statements import Change, Condition
from ringback.models import build_owner
from ringback.timestamps import to_millis

REQUESTS = "requests"
"""The sort key of an account's bucket; no kind of event has this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What one account may ask for."""

    per_second: float
    burst: int

    @classmethod
    def of(cls, settings: ApiConfig) -> "Allowance":
        """What the stack was deployed with."""
        return cls(per_second=settings.requests_per_second, burst=settings.burst)

    @property
    def interval(self) -> timedelta:
        """What one request adds to the account's time of rest."""
        return timedelta(milliseconds=max(round(1000 / self.per_second), 1))

    @property
    def credit(self) -> timedelta:
        """How far ahead of now the time of rest may lie, and one more request is still taken."""
        return (self.burst - 1) * self.interval

    @property
    def in_words(self) -> str:
        """The same for a person."""
        return f"{self.per_second:g} requests a second, in bursts of up to {self.burst}"

    @property
    def retry_after(self) -> int:
        """Seconds after which there is room again, for a caller that waits."""
        return ceil(self.interval.total_seconds())


class RateLimit:
    """Counts each account's requests."""

    def __init__(self, *, table: Table, allowance: Allowance) -> None:
        self._table = table
        self._allowance = allowance

    def take(self, account: str, now: datetime) -> None:
        """Count a request of *account*.

        Raises:
            Problem: it is one too many (429).
            OurFault: the table is out of reach.
        """
        interval, credit = self._allowance.interval, self._allowance.credit
        start = Change(set={"rests": {"N": str(to_millis(now + interval))}})
        if self._write(account, start, "attribute_not_exists(rests) OR rests <= :limit", now):
            return
        more = Change(add={"rests": interval // timedelta(milliseconds=1)})
        if self._write(account, more, "rests <= :limit", now + credit):
            return
        wait = {"Retry-After": str(self._allowance.retry_after)}
        raise Problem(
            HTTPStatus.TOO_MANY_REQUESTS,
            f"too many requests; the limit per account is {self._allowance.in_words}",
            wait,
        )

    def _write(self, account: str, change: Change, holds: str, limit: datetime) -> bool:
        only_if = Condition(holds=holds, values={":limit": {"N": str(to_millis(limit))}})
        key = build_owner(account, ""), REQUESTS
        return self._table.update(key, change, doing="counting a request", only_if=only_if).done
