"""One attempt: render → guard → send → judge. The middle of what `deliver` does, and the whole of a test."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import NamedTuple

from ringback.delivery.outcomes import judge
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
    """What an attempt made of a delivery."""

    delivery: Delivery
    empty_tokens: int = 0
    """Tokens of the URL for which the event had no value."""


class Attempts:
    """Makes attempts, any number at a time, on one event loop."""

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
        """*mailers* has the threads in which mail is sent: SES's client only blocks.

        *render* is `rendering.render`, with whatever bounds the caller puts to it.
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
        """Try *delivery* once, signed with each of *secrets*, after up to *wait* seconds of waiting for its turn.

        What raises `TimeoutError` under *until* has timed out, whatever it waits for.

        Raises:
            NotStarted: its server had its share of our connections for all that time.
            OurFault: something of ours failed; that was no attempt.
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
                answer = await self._send(rendered, delivery.event.account, wait)
        except AttemptFailed as failure:
            answer = AttemptResult(
                outcome=failure.outcome, detail=failure.detail, excerpt=failure.excerpt, seconds=failure.seconds
            )
        except TimeoutError:
            answer = AttemptResult(outcome=Outcome.TIMEOUT, detail="not over when the invocation had to end")
        ended = self._clock()
        # What it waited for its turn is our doing, and no part of the receiver's time.
        started = asked if answer.seconds is None else ended - timedelta(seconds=answer.seconds)
        after = judge(delivery, answer, called=called, started=started, ended=ended, uniform=self._uniform)
        return Attempted(delivery=after, empty_tokens=empty_tokens)

    async def _send(self, rendered: Rendered, account: str, wait: float) -> AttemptResult:
        request = rendered.request
        if isinstance(request, Mail):
            return await asyncio.get_running_loop().run_in_executor(self._mailers, self._mail.send, request)
        target = await self._guard.vet(request.url)
        return await self._http.send(request, target, account=account, wait=wait)
