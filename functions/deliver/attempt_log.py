"""What operators see: one wide log line per attempt, and the metrics of `ringback.telemetry`."""

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from typing import Any

from aws_lambda_powertools import Logger

from deliver.decisions import DueAttempt
from ringback.callbacks.url import get_host
from ringback.delivery.attempt import Attempted
from ringback.errors import MalformedEvent, describe_error
from ringback.models import Attempt, CallbackType, Delivery, DeliveryStatus, Event, Outcome
from ringback.telemetry import Metrics
from ringback.timestamps import to_iso

_SETTLED = {DeliveryStatus.DELIVERED: "Delivered", DeliveryStatus.FAILED: "Failed"}


class AttemptLog:
    """Logs every failed attempt and a share of the others, and counts all of them."""

    def __init__(
        self, *, logger: Logger, metrics: Metrics, success_rate: float, uniform: Callable[[float, float], float]
    ) -> None:
        """Log the share *success_rate* (0 to 1) of successful attempts."""
        self._logger = logger
        self._metrics = metrics
        self._success_rate = success_rate
        self._uniform = uniform

    def loaded(self, due: Iterable[DueAttempt]) -> None:
        """Count what is unusual about events that are delivered for the first time."""
        for one in due:
            if not one.delivery.version and one.delivery.event.unknown:
                self._metrics.count("UnknownFields", len(one.delivery.event.unknown))

    def attempted(self, due: DueAttempt, attempted: Attempted) -> None:
        """Log and count an attempt that was made and recorded."""
        delivery = attempted.delivery
        attempt = delivery.attempts[-1]
        self._measure(due, attempt)
        if attempted.empty_tokens:
            self._metrics.count("EmptyTokens", attempted.empty_tokens)
        for status, name in _SETTLED.items():  # also 0: an alarm needs a value before the first delivery arrives
            self._metrics.count(name, int(delivery.status is status))
        if attempt.outcome is not Outcome.DELIVERED:
            self._logger.warning("delivery.attempted", extra=_line(due, delivery))
        elif self._uniform(0, 1) < self._success_rate:
            self._logger.info("delivery.attempted", extra=_line(due, delivery))

    def unattempted(self, metric: str) -> None:
        """Count in *metric* a message that needs no attempt, or none now."""
        self._metrics.count(metric)

    def failed(self) -> None:
        """Count a delivery that failed for good without an attempt."""
        self._metrics.count("Failed")

    def rescheduled(self, messages: AbstractSet[str]) -> None:
        """Count deliveries that were put on their queue because an earlier invocation may not have done so."""
        if messages:
            self._metrics.count("Rescheduled", len(messages))

    def superseded(self, messages: AbstractSet[str]) -> None:
        """Log and count *messages* whose deliveries another invocation had written meanwhile."""
        if messages:
            self._metrics.count("Superseded", len(messages))
            self._logger.warning("delivery.superseded", extra={"message_ids": sorted(messages)})

    def returned(self, messages: AbstractSet[str], cause: Exception) -> None:
        """Log and count *messages* that go back to their queue because of *cause*."""
        if messages:
            self._metrics.count("Returned", len(messages))
            self._logger.error("message.returned", extra={"message_ids": sorted(messages), **describe_error(cause)})

    def dead_lettered(self, message: str, malformed: MalformedEvent) -> None:
        """Log and count a message that went to the dead letters."""
        self._metrics.count("DeadLetters", of=malformed.reason)
        self._logger.error(
            "message.dead_lettered",
            extra={"message_id": message, "reason": malformed.reason, "detail": malformed.logged},
        )

    def flush(self) -> None:
        """Write the metrics of this invocation."""
        self._metrics.flush()

    def _measure(self, due: DueAttempt, attempt: Attempt) -> None:
        event = due.delivery.event
        self._metrics.count("Attempts")
        if attempt.outcome is not Outcome.DELIVERED:
            self._metrics.count("FailedAttempts", of=attempt.outcome)
        if due.callback.type is CallbackType.CALLBACK:
            self._metrics.value("ReceiverLatency", attempt.milliseconds)
        if attempt.number == 1:
            self._metrics.value("FirstAttemptDelay", max(0, _milliseconds_since(event, attempt)))


def _line(due: DueAttempt, delivery: Delivery) -> dict[str, Any]:
    """Return all about one attempt that is not private: no body, query string, mailbox or credential."""
    event, callback, attempt = delivery.event, due.callback, delivery.attempts[-1]
    return {
        "account": event.account,
        "fonenumber": event.fonenumber,
        "event": event.kind,
        "event_id": event.id,
        "event_time": to_iso(event.time),
        "delivery": delivery.id,
        "status": delivery.status,
        "next_attempt": to_iso(delivery.due) if delivery.due else None,
        "attempt": attempt.number,
        "attempt_at": to_iso(attempt.at),
        "attempt_reason": attempt.reason,
        "outcome": attempt.outcome,
        "http_status": attempt.status,
        "milliseconds": attempt.milliseconds,
        "milliseconds_since_event": _milliseconds_since(event, attempt),
        "type": callback.type,
        "method": callback.method,
        "host": get_host(callback),
        "detail": attempt.detail,
    }


def _milliseconds_since(event: Event, attempt: Attempt) -> int:
    return round((attempt.at - event.time).total_seconds() * 1000)
