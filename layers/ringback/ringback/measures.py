"""The metrics of one invocation: counted while it runs, emitted in CloudWatch's embedded metric format at its end."""

from collections import Counter, defaultdict
from itertools import batched

from aws_lambda_powertools import Metrics, single_metric
from aws_lambda_powertools.metrics import MetricResolution, MetricUnit

from ringback.metric_names import METRICS, NAMESPACE, unit_of

MOST_VALUES = 100
"""Values that one line may have of a metric (embedded metric format: its specification)."""


class Measures:
    """Counters and distributions by the names of `ringback.metric_names`.

    Powertools takes the dimension `service` from POWERTOOLS_SERVICE_NAME, which is the stack's name.
    """

    def __init__(self) -> None:
        self._metrics = Metrics(namespace=NAMESPACE)
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
            (name, some) for name, values in self._values.items() for some in batched(values, MOST_VALUES, strict=False)
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
                name, MetricUnit(unit_of(name)), count, namespace=NAMESPACE, default_dimensions=dimensions
            ):
                pass
        self._counts.clear()
        self._divided.clear()
        self._values.clear()

    def _set(self, name: str, values: list[int]) -> None:
        # What `add_metric` makes of each value: 100 calls of it would cost a batch more than its log lines.
        entry = {"Unit": unit_of(name), "StorageResolution": MetricResolution.Standard.value, "Value": values}
        self._metrics.metric_set[name] = entry
