"""Name every metric that Ringback emits, and emit them in CloudWatch's embedded metric format.

Docs, alarms and the dashboard follow the table `METRICS`. No dimension has a value per customer, because CloudWatch
bills each combination as a metric of its own. The log lines say which customer it was; saved queries count them by
account or host.
"""

import os
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from ringback.json_text import to_compact_json

NAMESPACE = "Ringback"

MAX_VALUES = 100
"""Values of one metric that a line may hold (specification of the embedded metric format)."""

type _Values = Mapping[str, Sequence[int]]


class Metrics:
    """Counters and distributions by the names of `METRICS`, written to the log in CloudWatch's embedded metric format.

    The dimension `service` is the stack's name, as Powertools' logger has it.
    """

    def __init__(self) -> None:
        self._service = os.environ.get("POWERTOOLS_SERVICE_NAME", "service_undefined")
        self._counts: Counter[str] = Counter()
        self._divided: Counter[tuple[str, str]] = Counter()
        self._values: defaultdict[str, list[int]] = defaultdict(list)

    def count(self, name: str, many: int = 1, *, of: str = "") -> None:
        """Add *many*, which may be 0; *of* is the value of the metric's own dimension, if it has one."""
        if of:
            self._divided[name, of] += many
        else:
            self._counts[name] += many

    def value(self, name: str, value: int) -> None:
        """Add one *value* to a distribution, or set a gauge, to 0 too."""
        self._values[name].append(value)

    def flush(self) -> None:
        """Write what was counted since the last flush."""
        for values in self._lines():
            self._write(values, {"service": self._service})
        for (name, of), count in self._divided.items():
            self._write({name: [count]}, {"service": self._service, METRICS[name].by: of})
        self._counts.clear()
        self._divided.clear()
        self._values.clear()

    def _lines(self) -> Iterator[_Values]:
        """Yield the metrics of each line: the first has all of them, the others what is left of distributions."""
        counts = {name: [count] for name, count in self._counts.items()}
        start, values = 0, {**counts, **self._values}
        while values:
            yield {name: some[start : start + MAX_VALUES] for name, some in values.items()}
            start += MAX_VALUES
            values = {name: some for name, some in values.items() if len(some) > start}

    def _write(self, values: _Values, dimensions: Mapping[str, str]) -> None:
        metrics = [{"Name": name, "Unit": get_unit(name)} for name in values]
        directive = {"Namespace": NAMESPACE, "Dimensions": [list(dimensions)], "Metrics": metrics}
        head = {"_aws": {"Timestamp": time.time_ns() // 1_000_000, "CloudWatchMetrics": [directive]}}
        print(to_compact_json({**head, **dimensions, **values}), flush=True)  # noqa: T201 - that is how it gets to the log


class Metric(NamedTuple):
    """What one metric counts or measures."""

    meaning: str
    unit: str = "Count"
    """`Count`, or `Milliseconds` for a distribution with one value per attempt."""
    by: str = ""
    """The dimension in addition to `service`; the code knows its few values."""


METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        # ── deliver: deliveries ──
        "Delivered": Metric(meaning="deliveries that arrived"),
        "Failed": Metric(meaning="deliveries that failed for good"),
        "Cancelled": Metric(meaning="deliveries given up because their callback is turned off or no longer set"),
        # ── deliver: attempts ──
        "Attempts": Metric(meaning="attempts made and recorded, with any outcome"),
        "FailedAttempts": Metric(meaning="attempts that did not deliver, by outcome", by="outcome"),
        "ReceiverLatency": Metric(
            meaning="from the start of an HTTP attempt to its complete response or its failure", unit="Milliseconds"
        ),
        "FirstAttemptDelay": Metric(
            meaning="from the event's own time, or its arrival if it has none, to its first attempt",
            unit="Milliseconds",
        ),
        "EmptyTokens": Metric(meaning="tokens in URLs for which the event had no value"),
        # ── deliver: messages ──
        "Unmatched": Metric(meaning="events without a delivery, because no callback is set for them"),
        "UnknownFields": Metric(meaning="fields of events that are not in the catalogue and were left out"),
        "Duplicates": Metric(meaning="messages about something that was already done"),
        "Vanished": Metric(meaning="retries whose delivery is no longer in the table"),
        "Rescheduled": Metric(
            meaning="messages that came again after their delivery was recorded; its next attempt was scheduled again"
        ),
        "Superseded": Metric(
            meaning="messages whose outcome was not recorded, as another message about the delivery was quicker"
        ),
        "Returned": Metric(meaning="messages returned to their queue because a part of Ringback failed"),
        "DeadLetters": Metric(meaning="malformed messages moved to the dead letters, by reason", by="reason"),
        # ── deliver: what is postponed ──
        "Waiting": Metric(meaning="deliveries held until their endpoint answers again"),
        "Expired": Metric(meaning="deliveries that failed because they were held for as long as deliveries are kept"),
        "Deferred": Metric(
            meaning="first attempts moved to the retries lane, because their endpoint has been failing or slow"
        ),
        "NoRoom": Metric(
            meaning="deliveries postponed because their server already had all the connections it may have"
        ),
        # ── changes of callbacks ──
        "CallbacksOpened": Metric(meaning="callbacks whose breaker opened after ten failures in a row"),
        "CallbacksClosed": Metric(meaning="callbacks whose breaker closed, because their endpoint answers again"),
        "CallbacksDisabled": Metric(meaning="callbacks turned off: 410 Gone, five days of failures, or bounced mail"),
        "UnsentNotifications": Metric(
            meaning="status events and mails to contacts that could not be sent; the log says why"
        ),
        # ── feedback: what SES reports about mails ──
        "MailBounced": Metric(meaning="mails that bounced, permanently or after SES had tried for hours"),
        "MailComplained": Metric(meaning="complaints about mails, and complaints withdrawn"),
        "MailRejected": Metric(meaning="mails that SES accepted but did not send, because of a virus"),
        # ── requeue, once a minute ──
        "Requeued": Metric(
            meaning="deliveries moved to the Retries queue; if there is no value at all, requeue has not run"
        ),
        "LostRetries": Metric(
            meaning="deliveries half an hour overdue, put on the Retries queue again: their message was lost, or the"
            " queue is that far behind"
        ),
        "Resumed": Metric(meaning="held deliveries released"),
        "RetriesParked": Metric(meaning="deliveries whose next attempt is due later than a queue can wait"),
        "OpenBreakers": Metric(meaning="callbacks whose breaker is open"),
    }
)


def get_unit(name: str) -> str:
    """Return the unit of the metric *name*, which must be in the table."""
    return METRICS[name].unit
