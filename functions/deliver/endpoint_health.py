"""Endpoint health: which endpoints are left alone for now, and what outcomes of attempts say about that.

A callback is turned off for good by 410, after five days of failures (`breaker.DISABLED_AFTER`), or by a mail that
bounces (`feedback.suppression`).
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from deliver.decisions import Decision, Defer, DueAttempt, Expire, Hold
from deliver.endpoint_memory import ConsecutiveFailures, SlowEndpoints
from deliver.postpone import hold, to_retry_lane
from ringback.aws.dynamodb import Key
from ringback.breaker import DISABLED_AFTER, HEALTHY, Admission, Breaker
from ringback.delivery.attempt import Attempted
from ringback.delivery.outcomes import Consequence
from ringback.errors import InfrastructureError
from ringback.models import Callback, CallbackType, Delivery
from ringback.notify.notifier import Notifier
from ringback.notify.status_event import StatusEventKind
from ringback.storage.backlog import Backlogs
from ringback.storage.breakers import BreakerStore

GONE = "the receiver answered 410 Gone"


class EndpointHealth:
    """Keeps the breakers of callbacks; mail and callbacks inside events have none."""

    def __init__(
        self,
        *,
        store: BreakerStore,
        backlogs: Backlogs,
        notifier: Notifier,
        retention: timedelta,
        uniform: Callable[[float, float], float],
    ) -> None:
        self._store = store
        self._backlogs = backlogs
        self._notifier = notifier
        self._retention = retention
        self._uniform = uniform
        self._failures = ConsecutiveFailures()
        self._slow = SlowEndpoints()
        self._written: dict[Key, Breaker] = {}
        """Breakers as this batch has changed them since it read them."""

    def begin(self) -> None:
        """Begin a batch: forget what the one before it has written."""
        self._written.clear()

    def admit(self, decisions: Iterable[Decision], now: datetime) -> list[Decision]:
        """Return *decisions* about a batch that was just read, without the attempts that breakers do not allow now."""
        probed: set[Key] = set()
        return [self._admitted(one, probed, now) if isinstance(one, DueAttempt) else one for one in decisions]

    def _admitted(self, due: DueAttempt, probed: set[Key], now: datetime) -> Decision:
        match self._admission(due, probed, now):
            case Admission.WAIT:
                delivery = hold(due.delivery, due.callback, now=now, retention=self._retention)
                if delivery.settled:
                    return Expire(message=due.message, delivery=delivery, callback=due.callback)
                return Hold(message=due.message, delivery=delivery)
            case Admission.DEFER:
                return Defer(message=due.message, delivery=to_retry_lane(due.delivery, now=now))
            case _:
                return due

    def observe(self, attempts: Sequence[tuple[Callback, Attempted]], now: datetime) -> None:
        """Learn from *attempts* to call callbacks."""
        by_callback: dict[Key, list[tuple[Callback, Attempted]]] = {}
        for callback, attempted in attempts:
            delivery = attempted.delivery
            self._notifier.delivery_settled(delivery, callback, now)
            if callback.type is CallbackType.CALLBACK and not delivery.event.callback:
                self._slow.observe(_key(callback), delivery.attempts[-1].milliseconds, _ended(delivery))
                by_callback.setdefault(_key(callback), []).append((callback, attempted))
        for results in by_callback.values():
            with suppress(InfrastructureError):  # the next outcomes will say the same
                self._learn(self._latest(results[0][0]), [attempted for _, attempted in results], now)

    def _admission(self, one: DueAttempt, probed: set[Key], now: datetime) -> Admission:
        if one.delivery.event.callback:
            return Admission.ATTEMPT
        key, first = _key(one.callback), not one.delivery.version
        admission = one.callback.breaker.admits(now, first=first)
        if admission is Admission.ATTEMPT and first and self._slow.is_slow(key, now):
            return Admission.DEFER
        if admission is not Admission.PROBE:
            return admission
        if key in probed:
            return Admission.WAIT
        probed.add(key)
        return Admission.PROBE if self._claimed(one.callback, now) else Admission.WAIT

    def _claimed(self, callback: Callback, now: datetime) -> bool:
        breaker = callback.breaker.probed(now, self._uniform)
        try:
            claimed = self._store.claim(callback, breaker)
        except InfrastructureError:
            return False
        if claimed:
            self._remember(callback, breaker)
        return claimed

    def _remember(self, callback: Callback, breaker: Breaker) -> Callback:
        """Return *callback* with the *breaker* that this batch has written."""
        self._written[_key(callback)] = breaker
        return replace(callback, breaker=breaker)

    def _latest(self, callback: Callback) -> Callback:
        """Return *callback* with its latest breaker, which an earlier group of this batch may have changed."""
        breaker = self._written.get(_key(callback))
        return callback if breaker is None else replace(callback, breaker=breaker)

    def _learn(self, callback: Callback, attempts: Sequence[Attempted], now: datetime) -> None:
        failures: list[Delivery] = []
        for attempted in sorted(attempts, key=lambda attempted: _ended(attempted.delivery)):
            match attempted.consequence:
                case Consequence.DISABLE:
                    self._disable(callback, GONE, now)
                    return
                case Consequence.DONE:
                    failures.clear()
                    callback = self._succeeded(callback, now)
                case Consequence.RETRY:
                    failures.append(attempted.delivery)
                case Consequence.GIVE_UP:  # the guard or one of our rules: the endpoint was not asked
                    pass
        if failures:
            self._failed(callback, failures, now)

    def _succeeded(self, callback: Callback, now: datetime) -> Callback:
        self._failures.succeeded(_key(callback), now)
        if not callback.breaker.failures:
            return callback
        before = self._store.recovered(callback)
        callback = self._remember(callback, HEALTHY)
        if before and before.is_open:
            self._notifier.callback_changed(StatusEventKind.CALLBACK_CLOSED, callback, now, "an attempt succeeded")
        return callback

    def _failed(self, callback: Callback, failures: Sequence[Delivery], now: datetime) -> None:
        count = self._failures.failed(_key(callback), len(failures), now)
        if not count:
            return
        breaker = self._store.failed(callback, count, since=failures[0].attempts[-1].at)
        if breaker is None:
            return
        callback = self._remember(callback, breaker)
        if breaker.shall_open:
            self._open(callback, failures[-1].attempts[-1].detail, now)
        elif breaker.hopeless(now):
            since = f"{breaker.failing_since:%Y-%m-%d %H:%M} UTC"
            self._disable(callback, f"no attempt succeeded for {DISABLED_AFTER.days} days, since {since}", now)

    def _open(self, callback: Callback, why: str, now: datetime) -> None:
        opened = callback.breaker.opened(now, self._uniform)
        self._backlogs.announce(_key(callback))  # first: an empty backlog does no harm
        if self._store.open(callback, opened):
            self._remember(callback, opened)
            reason = f"{opened.failures} failures in a row; the last one: {why}"
            self._notifier.callback_changed(StatusEventKind.CALLBACK_OPENED, callback, now, reason)

    def _disable(self, callback: Callback, reason: str, now: datetime) -> None:
        if self._store.disable(callback, reason, at=now):
            self._notifier.callback_changed(StatusEventKind.CALLBACK_DISABLED, callback, now, reason)


def _key(callback: Callback) -> Key:
    return callback.owner, callback.event


def _ended(delivery: Delivery) -> datetime:
    attempt = delivery.attempts[-1]
    return attempt.at + timedelta(milliseconds=attempt.milliseconds)
