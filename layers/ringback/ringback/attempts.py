"""One attempt: render → guard → send → judge. The middle of the story of `deliver`, and the whole of a test."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ringback.errors import AttemptFailed
from ringback.guard import Guard
from ringback.http_sender import SLOT_WAIT, HttpSender
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
        self, delivery: Delivery, callback: Callback, secrets: Sequence[str], *, slot_wait: float = SLOT_WAIT
    ) -> Attempted:
        """Try *delivery* once, signed with each of *secrets*, after up to *slot_wait* seconds of waiting for its turn.

        Raises:
            NotStarted: its server had its share of our connections for all that time.
            OurFault: something of ours failed; that was no attempt.
        """
        asked = self._clock()
        begun: list[datetime] = []
        empty_tokens = 0
        try:
            rendered = render(callback, delivery=delivery.id, event=delivery.event, at=asked, secrets=secrets)
            empty_tokens = rendered.empty_tokens
            answer = self._send(rendered, slot_wait, begun)
        except AttemptFailed as failure:
            answer = Answer(outcome=failure.outcome, detail=failure.detail, excerpt=failure.excerpt)
        started = begun[0] if begun else asked
        after = judge(delivery, answer, started=started, ended=self._clock(), uniform=self._uniform)
        return Attempted(delivery=after, empty_tokens=empty_tokens)

    def _send(self, rendered: Rendered, slot_wait: float, begun: list[datetime]) -> Answer:
        request = rendered.request
        if isinstance(request, Mail):
            return self._mail.send(request)
        target = self._guard.vet(request.url)
        lookup = timedelta(seconds=target.seconds)
        # What it waits for its turn is our doing, and no part of the receiver's time.
        return self._http.send(
            request, target, slot_wait=slot_wait, begins=lambda: begun.append(self._clock() - lookup)
        )
