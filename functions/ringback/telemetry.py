"""Every metric that Ringback emits, in the namespace `Ringback`: docs, alarms and dashboard go by this table.

No dimension has a value per customer: CloudWatch bills each combination as a metric. Which customer it was is in the
log lines, where saved queries count by account or host.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import batched
from types import MappingProxyType

from aws_lambda_powertools import Metrics as PowertoolsMetrics
from aws_lambda_powertools import single_metric
from aws_lambda_powertools.metrics import MetricResolution, MetricUnit

NAMESPACE = "Ringback"

MAX_VALUES = 100
"""Values that one line may have of a metric (embedded metric format: its specification)."""


class Metrics:
    """Counters and distributions by the names of `ringback.metric_names`.

    Powertools takes the dimension `service` from POWERTOOLS_SERVICE_NAME, which is the stack's name.
    """

    def __init__(self) -> None:
        self._metrics = PowertoolsMetrics(namespace=NAMESPACE)
        self._counts: Counter[str] = Counter()
        self._divided: Counter[tuple[str, str]] = Counter()
        self._values: defaultdict[str, list[int]] = defaultdict(list)

    def count(self, name: str, many: int = 1, *, of: str = "") -> None:
        """Count *many* more, 0 too; *of* is the value of the metric's own dimension, where it has one."""
        if of:
            self._divided[name, of] += many
        else:
            self._counts[name] += many

    def value(self, name: str, value: int) -> None:
        """One more value of a distribution, or the value of a gauge, 0 too."""
        self._values[name].append(value)

    def flush(self) -> None:
        """Emit what there is, and begin anew."""
        for name, count in self._counts.items():
            self._set(name, [count])
        chunks = [
            (name, some) for name, values in self._values.items() for some in batched(values, MAX_VALUES, strict=False)
        ]
        for name, some in chunks:
            if name in self._metrics.metric_set:
                self._metrics.flush_metrics()
            self._set(name, list(some))
        if self._metrics.metric_set:
            self._metrics.flush_metrics()
        for (name, of), count in self._divided.items():
            dimensions = {"service": self._metrics.provider.service, METRICS[name].by: of}
            with single_metric(
                name, MetricUnit(get_unit(name)), count, namespace=NAMESPACE, default_dimensions=dimensions
            ):
                pass
        self._counts.clear()
        self._divided.clear()
        self._values.clear()

    def _set(self, name: str, values: list[int]) -> None:
        # What `add_metric` makes of each value: 100 calls of it would cost a batch more than its log lines.
        entry = {"Unit": get_unit(name), "StorageResolution": MetricResolution.Standard.value, "Value": values}
        self._metrics.metric_set[name] = entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """What one metric counts or measures."""

    meaning: str
    unit: str = "Count"
    """`Count`, or `Milliseconds` for a distribution with one value per attempt."""
    by: str = ""
    """The dimension beside `service`, whose few values the code knows."""


METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        # ── deliver: deliveries ──
        "Delivered": Metric(meaning="deliveries that arrived"),
        "Failed": Metric(meaning="deliveries that failed for good"),
        "Cancelled": Metric(meaning="deliveries given up because their callback is turned off or not set any more"),
        # ── deliver: attempts ──
        "Attempts": Metric(meaning="attempts made and recorded, whatever their outcome"),
        "FailedAttempts": Metric(meaning="those of them that did not deliver, by their outcome", by="outcome"),
        "ReceiverLatency": Metric(
            meaning="from the start of an HTTP attempt to its whole answer or its failure", unit="Milliseconds"
        ),
        "FirstAttemptDelay": Metric(
            meaning="from the time that an event names, else its arrival, to its first attempt", unit="Milliseconds"
        ),
        "EmptyTokens": Metric(meaning="tokens in the URLs of attempts for which the event had no value"),
        # ── deliver: messages ──
        "Unmatched": Metric(meaning="events whose number has no callback for them: no delivery"),
        "UnknownFields": Metric(meaning="fields of events that the catalogue does not have: they are left out"),
        "Duplicates": Metric(meaning="messages about something that was done before"),
        "Vanished": Metric(meaning="retries whose delivery is not in the table any more"),
        "Rescheduled": Metric(
            meaning="messages that came again after their delivery was recorded: its next attempt was scheduled again"
        ),
        "Superseded": Metric(
            meaning="messages whose outcome was not recorded: another one's about the same delivery was, meanwhile"
        ),
        "Returned": Metric(meaning="messages given back to their queue because a part of ours did not do its work"),
        "DeadLetters": Metric(meaning="messages that are no event, sent to the dead letters, by reason", by="reason"),
        # ── deliver: what is put off ──
        "Waiting": Metric(meaning="deliveries set aside until their endpoint answers again"),
        "Expired": Metric(meaning="those of the failed that were waiting, and are kept no longer"),
        "Deferred": Metric(meaning="first attempts left to the retries lane: their endpoint fails of late, or is slow"),
        "NoRoom": Metric(meaning="deliveries put off because their server had all the connections it may have"),
        # ── changes of callbacks ──
        "CallbacksOpened": Metric(meaning="callbacks that are left alone from now on: ten failures in a row"),
        "CallbacksClosed": Metric(meaning="callbacks whose endpoint answers again"),
        "CallbacksDisabled": Metric(meaning="callbacks turned off: 410 Gone, five days of failures, or bounced mail"),
        "Untold": Metric(meaning="notices or mails about such changes that reached nobody; the log has them"),
        # ── feedback: what SES reports of mails ──
        "MailBounced": Metric(meaning="mails that came back, for good or after SES had tried for hours"),
        "MailComplained": Metric(meaning="mails that their receivers called spam, or took that back"),
        "MailRejected": Metric(meaning="mails that SES took and then did not send, for a virus in them"),
        # ── requeue, once a minute ──
        "Requeued": Metric(meaning="deliveries put on the Retries queue; no value at all: requeue did not do its work"),
        "LostRetries": Metric(
            meaning="deliveries overdue by half an hour, put on the Retries queue a second time: their message was"
            " lost, or the queue is that far behind"
        ),
        "Resumed": Metric(meaning="deliveries let out of their wait for an endpoint"),
        "RetriesParked": Metric(
            meaning="deliveries in the table whose next attempt is due later than a queue can wait"
        ),
        "OpenBreakers": Metric(meaning="callbacks that are left alone at the moment"),
    }
)


def get_unit(name: str) -> str:
    """The unit of the metric *name*; there is no metric that is not in the table."""
    return METRICS[name].unit
