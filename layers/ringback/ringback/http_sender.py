"""Sends HTTP callbacks and says what the receivers' answers mean."""

from collections.abc import Callable
from datetime import datetime

from requests import Response

from ringback.errors import AttemptFailed
from ringback.guard import Target
from ringback.models import Answer, HttpRequest, Outcome
from ringback.retry import parse_retry_after
from ringback.transport import AddressedRequest, DeliveryAdapter

_GONE = 410
_ASKS_TO_WAIT = frozenset({429, 503})
"""The only statuses whose `Retry-After` counts (docs/deliveries.md)."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})

_UNREACHABLE = frozenset({Outcome.CONNECT, Outcome.TLS})
"""Outcomes that an address which is no longer the host's explains."""


SLOT_WAIT = 15.0
"""Seconds that an attempt waits for a slot unless told otherwise: those who hold one are gone by then."""


class HttpSender:
    """Sends one request, and reads the answer as the contract with customers has it."""

    def __init__(
        self,
        adapter: DeliveryAdapter,
        *,
        now: Callable[[], datetime],
        forget: Callable[[str], None],
    ) -> None:
        """*forget* (`Guard.forget`) is told of hosts whose addresses did not take a connection."""
        self._adapter = adapter
        self._now = now
        self._forget = forget

    def send(
        self,
        request: HttpRequest,
        target: Target,
        *,
        slot_wait: float = SLOT_WAIT,
        begins: Callable[[], object] = lambda: None,
    ) -> Answer:
        """The receiver's answer; a slot for its server is waited for at most *slot_wait* seconds, before the attempt.

        *begins* is called when the waiting is over.

        Raises:
            AttemptFailed: there was no answer, or a 2xx that is not whole.
            NotStarted: no slot became free; nothing was sent.
        """
        try:
            response = self._adapter.send(AddressedRequest(request, target, slot_wait=slot_wait, begins=begins))
        except AttemptFailed as failure:
            if failure.outcome in _UNREACHABLE:
                self._forget(target.host)
            raise
        return self._answer(response)

    def _answer(self, response: Response) -> Answer:
        asked = response.headers.get("retry-after") if response.status_code in _ASKS_TO_WAIT else None
        return Answer(
            outcome=outcome_of(response.status_code),
            status=response.status_code,
            retry_after=None if asked is None else parse_retry_after(asked, self._now()),
            detail=_detail_of(response.status_code),
            excerpt=response.content.decode("utf-8", "replace"),
        )


def outcome_of(status: int) -> Outcome:
    """What *status* means; `response.ok` would also accept a redirect."""
    if 200 <= status < 300:  # noqa: PLR2004 - RFC 9110, 15.3
        return Outcome.DELIVERED
    return Outcome.GONE if status == _GONE else Outcome.STATUS


def _detail_of(status: int) -> str:
    redirect = " (redirects are not followed)" if status in _REDIRECTS else ""
    return f"HTTP {status}{redirect}"
