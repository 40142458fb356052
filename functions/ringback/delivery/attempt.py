"""Make an attempt: render → guard → send → judge. `deliver` does so for events, the API for trials."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import NamedTuple

from ringback.delivery.outcomes import Consequence, judge
from ringback.delivery.render import Rendered, render
from ringback.email.message import Mail
from ringback.email.ses import MailSender
from ringback.errors import AttemptFailed
from ringback.http.client import TURN_WAIT
from ringback.http.sender import HttpSender
from ringback.models import NOT_CALLED, AttemptResult, Callback, Delivery, Outcome
from ringback.ssrf.guard import Guard

_FOR_EVER: AbstractContextManager[None] = nullcontext()


class Attempted(NamedTuple):
    """The delivery after an attempt."""

    delivery: Delivery
    consequence: Consequence
    empty_tokens: int = 0
    """Tokens of the URL for which the event had no value."""


class Attempts:
    """Makes any number of attempts at a time on one event loop."""

    def __init__(  # noqa: PLR0913 - one collaborator for each step
        self,
        *,
        guard: Guard,
        http: HttpSender,
        mail: MailSender,
        mailers: Executor,
        clock: Callable[[], datetime],
        uniform: Callable[[float, float], float],
        render: Callable[..., Rendered] = render,
    ) -> None:
        """*mailers* has the threads in which mail is sent, because SES's client blocks.

        *render* is `delivery.render.render`, within any bounds that the caller sets.
        """
        self._render = render
        self._guard = guard
        self._http = http
        self._mail = mail
        self._mailers = mailers
        self._clock = clock
        self._uniform = uniform

    async def make(
        self,
        delivery: Delivery,
        callback: Callback,
        secrets: Sequence[str],
        *,
        wait: float = TURN_WAIT,
        until: AbstractContextManager[None] = _FOR_EVER,
    ) -> Attempted:
        """Attempt *delivery*, signed with each of *secrets*, after waiting up to *wait* seconds for its turn.

        It has timed out when *until* makes it raise `TimeoutError`, whatever it waits for.

        Raises:
            NoCapacity: its server had all the connections it may have for all that time.
            InfrastructureError: Ringback itself failed; that does not count as an attempt.
        """
        asked = self._clock()
        empty_tokens, called = 0, NOT_CALLED
        try:
            rendered = self._render(
                callback,
                delivery=delivery.id,
                event=delivery.event,
                at=asked,
                secrets=secrets,
                attempt=delivery.next_attempt,
            )
            empty_tokens, called = rendered.empty_tokens, rendered.called
            with until:
                result = await self._send(rendered, delivery.event.account, wait)
        except AttemptFailed as failure:
            result = AttemptResult(
                outcome=failure.outcome, detail=failure.detail, excerpt=failure.excerpt, seconds=failure.seconds
            )
        except TimeoutError:
            result = AttemptResult(outcome=Outcome.TIMEOUT, detail="not over when the invocation had to end")
        ended = self._clock()
        # Waiting for its turn is not part of the receiver's time.
        started = asked if result.seconds is None else ended - timedelta(seconds=result.seconds)
        after, consequence = judge(delivery, result, called=called, started=started, ended=ended, uniform=self._uniform)
        return Attempted(delivery=after, consequence=consequence, empty_tokens=empty_tokens)

    async def _send(self, rendered: Rendered, account: str, wait: float) -> AttemptResult:
        request = rendered.request
        if isinstance(request, Mail):
            return await asyncio.get_running_loop().run_in_executor(self._mailers, self._mail.send, request)
        target = await self._guard.vet(request.url)
        return await self._http.send(request, target, account=account, wait=wait)
