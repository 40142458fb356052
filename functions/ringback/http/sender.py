"""Send HTTP callbacks, and turn the answers into results of attempts."""

from collections.abc import Callable
from datetime import datetime

from ringback.errors import AttemptFailed
from ringback.http.client import TURN_WAIT, HttpClient
from ringback.http.excerpt import readable
from ringback.http.request import HttpRequest
from ringback.http.response import Response, is_success, parse_retry_after
from ringback.models import AttemptResult, Outcome
from ringback.redaction import kept_headers
from ringback.ssrf.guard import Target

_GONE = 410
_ASKS_TO_WAIT = frozenset({429, 503})
"""The only statuses whose `Retry-After` counts (docs/deliveries.md)."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})

_UNREACHABLE = frozenset({Outcome.CONNECT, Outcome.TLS})
"""Outcomes that may be due to a host that has moved to another address."""


class HttpSender:
    """Sends a request, and judges the answer as customers are promised."""

    def __init__(
        self,
        client: HttpClient,
        *,
        now: Callable[[], datetime],
        forget: Callable[[str], None],
    ) -> None:
        """*forget* (`Guard.forget`) is called with hosts whose addresses did not take a connection."""
        self._client = client
        self._now = now
        self._forget = forget

    async def send(
        self, request: HttpRequest, target: Target, *, account: str = "", wait: float = TURN_WAIT
    ) -> AttemptResult:
        """Send *request* to *target*, after waiting at most *wait* seconds for its turn, and return the result.

        It takes a place at the host out of the share of *account*.

        Raises:
            AttemptFailed: there was no answer, or an incomplete 2xx.
            NoCapacity: its turn did not come, so nothing was sent.
        """
        try:
            response = await self._client.exchange(request, target, account=account, wait=wait)
        except AttemptFailed as failure:
            if failure.outcome in _UNREACHABLE:
                self._forget(target.host)
            raise
        return self._judge(response)

    def _judge(self, response: Response) -> AttemptResult:
        status = response.status
        asked = response.field(b"retry-after") if status in _ASKS_TO_WAIT else ""
        return AttemptResult(
            outcome=judge_response(status),
            status=status,
            retry_after=parse_retry_after(asked, self._now()) if asked else None,
            detail=_detail_of(status),
            excerpt=_excerpt_of(response),
            headers=kept_headers(response.fields),
            seconds=response.seconds,
        )


def judge_response(status: int) -> Outcome:
    """Return the outcome that *status* stands for."""
    if is_success(status):
        return Outcome.DELIVERED
    return Outcome.GONE if status == _GONE else Outcome.STATUS


def _detail_of(status: int) -> str:
    redirect = " (redirects are not followed)" if status in _REDIRECTS else ""
    return f"HTTP {status}{redirect}"


def _excerpt_of(response: Response) -> str:
    if not response.excerpt:
        return ""
    return readable(
        response.excerpt,
        size=response.size,
        content_type=response.field(b"content-type"),
        content_encoding=response.field(b"content-encoding"),
    )
