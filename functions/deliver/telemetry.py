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


class Telemetry:
    """Logs every attempt that failed and a share of those that did not; counts all."""

    def __init__(
        self, *, logger: Logger, metrics: Metrics, success_rate: float, uniform: Callable[[float, float], float]
    ) -> None:
        """*success_rate* is the share of successful attempts that are logged, 0 to 1."""
        self._logger = logger
        self._metrics = metrics
        self._success_rate = success_rate
        self._uniform = uniform

    def loaded(self, due: Iterable[DueAttempt]) -> None:
        """Deliveries are about to be attempted, or put off."""
        for one in due:
            if not one.delivery.version and one.delivery.event.unknown:
                self._metrics.count("UnknownFields", len(one.delivery.event.unknown))

    def attempted(self, due: DueAttempt, attempted: Attempted) -> None:
        """An attempt was made and recorded."""
        delivery = attempted.delivery
        attempt = delivery.attempts[-1]
        self._measure(due, attempt)
        if attempted.empty_tokens:
            self._metrics.count("EmptyTokens", attempted.empty_tokens)
        for status, name in _SETTLED.items():  # 0 too: an alarm must not wait for the first that arrives
            self._metrics.count(name, int(delivery.status is status))
        if attempt.outcome is not Outcome.DELIVERED:
            self._logger.warning("delivery.attempted", extra=_line(due, delivery))
        elif self._uniform(0, 1) < self._success_rate:
            self._logger.info("delivery.attempted", extra=_line(due, delivery))

    def unattempted(self, metric: str) -> None:
        """A message needed no attempt, or none now; *metric* counts those."""
        self._metrics.count(metric)

    def failed(self) -> None:
        """A delivery has failed for good without an attempt."""
        self._metrics.count("Failed")

    def rescheduled(self, messages: AbstractSet[str]) -> None:
        """Deliveries of *messages* were put on their queue, as whoever recorded them may not have done."""
        if messages:
            self._metrics.count("Rescheduled", len(messages))

    def superseded(self, messages: AbstractSet[str]) -> None:
        """What was to be recorded for *messages* came too late: somebody else had written their deliveries."""
        if messages:
            self._metrics.count("Superseded", len(messages))
            self._logger.warning("delivery.superseded", extra={"message_ids": sorted(messages)})

    def returned(self, messages: set[str], fault: Exception) -> set[str]:
        """*messages* go back to their queue because of *fault*; gives them back."""
        if messages:
            self._metrics.count("Returned", len(messages))
            self._logger.error("message.returned", extra={"message_ids": sorted(messages), **describe_error(fault)})
        return messages

    def buried(self, message: str, malformed: MalformedEvent) -> None:
        """A message went to the dead letters."""
        self._metrics.count("DeadLetters", of=malformed.reason)
        self._logger.error(
            "message.buried", extra={"message_id": message, "reason": malformed.reason, "detail": malformed.logged}
        )

    def flush(self) -> None:
        """Emit the metrics of this invocation."""
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
    """All about one attempt but what is private: no body, no query string, no address of a mailbox, no credential."""
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
