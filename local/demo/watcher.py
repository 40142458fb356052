"""Watch the receiver and the mailbox, and say what arrived, from which event, and how long that took."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

from local.aws.cloud import Cloud
from local.demo.mailbox import DeadLetter, letters
from local.demo.receiver import Exchange, Receiver

POLL_SECONDS = 0.05
_IN_LETTER = re.compile(r"^Delivery ([0-9a-f]{32})$", re.MULTILINE)
_TIME_DIGITS = 12
"""A delivery's id starts with the milliseconds of its event's time, in hex."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Something that a customer received."""

    what: Exchange | DeadLetter
    seconds: float | None
    """From the event to the arrival."""

    @property
    def took(self) -> str:
        """The same in words."""
        return "" if self.seconds is None else f"{self.seconds:.2f} s after its event"


class Watch:
    """What arrives from now on."""

    def __init__(self, cloud: Cloud, receiver: Receiver) -> None:
        self._cloud = cloud
        self._receiver = receiver
        self._seen = len(receiver.exchanges)
        self._seen_letters = len(letters(cloud.endpoint))

    def until(self, deadline: float | None) -> Iterator[Arrival]:
        """Yield arrivals as they come, until the *deadline* (of `time.monotonic`), or forever."""
        while deadline is None or time.monotonic() < deadline:
            yield from self._requests()
            yield from self._letters()
            time.sleep(POLL_SECONDS)

    def _requests(self) -> Iterator[Arrival]:
        for exchange in self._receiver.exchanges[self._seen :]:
            self._seen += 1
            request = exchange.request
            yield Arrival(what=exchange, seconds=_since_event(request.header("webhook-id"), request.at))

    def _letters(self) -> Iterator[Arrival]:
        for letter in letters(self._cloud.endpoint)[self._seen_letters :]:
            self._seen_letters += 1
            found = _IN_LETTER.search(letter.text)
            yield Arrival(what=letter, seconds=_since_event(found[1] if found else "", time.time()))


def _since_event(delivery: str, now: float) -> float | None:
    return now - int(delivery[:_TIME_DIGITS], 16) / 1000 if delivery else None
