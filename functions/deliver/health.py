"""Endpoint health: what an outcome says about the callback itself, beyond this delivery."""

from contextlib import suppress

from ringback.callback_store import CallbackStore
from ringback.errors import OurFault
from ringback.judge import CONSEQUENCES, Consequence
from ringback.models import Callback, Delivery


class Health:
    """Turns callbacks off whose receiver says that it is gone. The breaker (design: Endpoint health) belongs here."""

    def __init__(self, *, callbacks: CallbackStore) -> None:
        self._callbacks = callbacks

    def observe(self, callback: Callback, delivery: Delivery) -> None:
        """Take note of the last attempt of *delivery* to *callback*."""
        if CONSEQUENCES[delivery.attempts[-1].outcome] is Consequence.DISABLE:
            with suppress(OurFault):  # the next event gets the same answer, and turns it off
                self._callbacks.disable(callback, "the receiver answered 410 Gone")
