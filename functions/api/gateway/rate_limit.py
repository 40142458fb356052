"""Limit the requests of each account: a sustained rate, plus bursts (a token bucket, implemented as GCRA).

The bucket is a single number in the Callbacks table: the time at which it will be full again. A request to a full
bucket takes one conditional write, a request during a burst two.
"""

from datetime import datetime, timedelta
from http import HTTPStatus
from math import ceil

from api.config import ApiConfig
from api.gateway.errors import Problem
from ringback.aws.dynamodb import Table
from ringback.aws.statements import Change, Condition
from ringback.frozen import frozen
from ringback.models import build_owner
from ringback.timestamps import to_millis

REQUESTS = "requests"
"""The sort key under which an account's bucket is stored; no kind of event has this name."""


@frozen
class Allowance:
    """The rate limit of one account."""

    per_second: float
    burst: int

    @classmethod
    def of(cls, settings: ApiConfig) -> "Allowance":
        """Return the rate limit that the stack was deployed with."""
        return cls(per_second=settings.requests_per_second, burst=settings.burst)

    @property
    def interval(self) -> timedelta:
        """The time by which one request delays the refilling of the bucket."""
        return timedelta(milliseconds=max(round(1000 / self.per_second), 1))

    @property
    def credit(self) -> timedelta:
        """How far ahead the time of the full bucket may be for one more request to be allowed."""
        return (self.burst - 1) * self.interval

    @property
    def in_words(self) -> str:
        """The rate limit in words."""
        return f"{self.per_second:g} requests a second, in bursts of up to {self.burst}"

    @property
    def retry_after(self) -> int:
        """Seconds after which the next request is allowed."""
        return ceil(self.interval.total_seconds())


class RateLimit:
    """Count each account's requests."""

    def __init__(self, *, table: Table, allowance: Allowance) -> None:
        self._table = table
        self._allowance = allowance

    def take(self, account: str, now: datetime) -> None:
        """Count a request of *account*.

        Raises:
            Problem: the account has reached its limit (429).
            InfrastructureError: the table is unavailable.
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
