"""One attempt: render → guard → send → judge. The middle of the story of `deliver`, and the whole of a test."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ringback.errors import AttemptFailed
from ringback.guard import Guard
from ringback.http.client import TURN_WAIT
from ringback.http.sender import HttpSender
from ringback.judge import judge
from ringback.mail_sender import MailSender
from ringback.models import Answer, Callback, Delivery, Mail
from ringback.rendering import Rendered, render


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempted:
    """What an attempt made of a delivery."""

    delivery: Delivery
    empty_tokens: int = 0
    """Tokens of the URL for which the event had no value."""


class Attempts:
    """Makes attempts; safe to use from many threads."""

    def __init__(
        self,
        *,
        guard: Guard,
        http: HttpSender,
        mail: MailSender,
        clock: Callable[[], datetime],
        uniform: Callable[[float, float], float],
    ) -> None:
        self._guard = guard
        self._http = http
        self._mail = mail
        self._clock = clock
        self._uniform = uniform

    def make(
        self, delivery: Delivery, callback: Callback, secrets: Sequence[str], *, wait: float = TURN_WAIT
    ) -> Attempted:
        """Try *delivery* once, signed with each of *secrets*, after up to *wait* seconds of waiting for its turn.

        Raises:
            NotStarted: its server had its share of our connections for all that time.
            OurFault: something of ours failed; that was no attempt.
        """
        asked = self._clock()
        empty_tokens = 0
        try:
            rendered = render(callback, delivery=delivery.id, event=delivery.event, at=asked, secrets=secrets)
            empty_tokens = rendered.empty_tokens
            answer = self._send(rendered, wait)
        except AttemptFailed as failure:
            answer = Answer(
                outcome=failure.outcome, detail=failure.detail, excerpt=failure.excerpt, seconds=failure.seconds
            )
        ended = self._clock()
        # What it waited for its turn is our doing, and no part of the receiver's time.
        started = asked if answer.seconds is None else ended - timedelta(seconds=answer.seconds)
        after = judge(delivery, answer, started=started, ended=ended, uniform=self._uniform)
        return Attempted(delivery=after, empty_tokens=empty_tokens)

    def _send(self, rendered: Rendered, wait: float) -> Answer:
        request = rendered.request
        if isinstance(request, Mail):
            return self._mail.send(request)
        return self._http.send_now(request, self._guard.vet(request.url), wait=wait)
