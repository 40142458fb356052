"""Measures a run on the local AWS as CloudWatch would: from the functions' logs, and by looking at the queues.

Metrics are kept under the names of the template, as in `${EventsQueue.QueueName}`.
"""

import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from local.cloud import Cloud
from local.logs import Printed, printed
from local.queues import messages_on
from local.stack import STACK
from tools.dashboard.queries import LogLine
from tools.dashboard.samples import Metric, Samples, json_line

QUEUES: Final = {"EventsQueue": "EventsQueueUrl", "RetriesQueue": "RetriesQueueUrl", "DeadLetters": "DeadLettersUrl"}
"""Logical ids, and the outputs that have their URLs."""

_REPORT: Final = re.compile(r"REPORT RequestId: \S+\s+Duration: ([\d.]+) ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What a run measured."""

    start: float
    """Seconds since 1970."""
    samples: Samples = field(default_factory=Samples)
    logged: dict[str, list[LogLine]] = field(default_factory=lambda: defaultdict(list))
    """The JSON lines of each log group, by its logical id."""

    def look_at_queues(self, cloud: Cloud) -> None:
        """What AWS/SQS says each minute of a queue."""
        for queue, output in QUEUES.items():
            self._add_queue(queue, messages_on(cloud, cloud.outputs[output]), time.time())

    def read_logs(self, cloud: Cloud) -> None:
        """What Ringback, Lambda and API Gateway say of invocations and requests."""
        names = _logical_ids(cloud)
        groups: defaultdict[str, list[Printed]] = defaultdict(list)
        for line in printed(cloud):
            groups[line.group].append(line)
        for group, lines in groups.items():
            name = names.get(group, group)
            self.logged[name] = [found for line in lines if (found := json_line(line.text))]
            self._add_function(f"{name.removesuffix('Log')}Function", lines)

    def _add_queue(self, queue: str, messages: Iterable[Mapping[str, Any]], now: float) -> None:
        visible = [message for message in messages if message["IsVisible"]]
        delayed = [message for message in messages if not message["IsVisible"] and not message["ReceiveCount"]]
        age = max((now - message["SentTimestamp"] for message in visible), default=0)
        for name, value in (
            ("ApproximateNumberOfMessagesVisible", len(visible)),
            ("ApproximateNumberOfMessagesDelayed", len(delayed)),
            ("ApproximateAgeOfOldestMessage", age),
        ):
            self.samples.add(_of("AWS/SQS", name, QueueName=f"${{{queue}.QueueName}}"), now, value)

    def _add_function(self, function: str, lines: Iterable[Printed]) -> None:
        ended: list[tuple[float, float]] = []
        for line in lines:
            self.samples.add_emf(line.text)
            if found := _REPORT.match(line.text):
                ended.append((line.at, float(found[1])))
            self._add_request(json_line(line.text), line.at)
        name = f"${{{function}}}"
        for (at, milliseconds), many in zip(ended, _at_a_time(ended), strict=True):
            self.samples.add(_of("AWS/Lambda", "Invocations", FunctionName=name), at, 1)
            self.samples.add(_of("AWS/Lambda", "Duration", FunctionName=name), at, milliseconds)
            self.samples.add(_of("AWS/Lambda", "ConcurrentExecutions", FunctionName=name), at, many)

    def _add_request(self, line: LogLine, at: float) -> None:
        if line.get("message") != "api.called":
            return
        for name, value in (
            ("Count", 1),
            ("4xx", line["status"] // 100 == 4),  # noqa: PLR2004 - as the metric's name says
            ("5xx", line["status"] // 100 == 5),  # noqa: PLR2004
            ("Latency", line["milliseconds"]),
        ):
            self.samples.add(_of("AWS/ApiGateway", name, ApiId="${Api}"), at, value)


def _of(namespace: str, name: str, **dimensions: str) -> Metric:
    return Metric(namespace=namespace, name=name, dimensions=frozenset(dimensions.items()))


def _at_a_time(ended: Iterable[tuple[float, float]]) -> Iterator[int]:
    """For each invocation, by its end and its milliseconds, how many ran when it began."""
    spans = [(end - milliseconds / 1000, end) for end, milliseconds in ended]
    for began, _ in spans:
        yield sum(start <= began < end for start, end in spans)


def _logical_ids(cloud: Cloud) -> dict[str, str]:
    """By the names that CloudFormation gave to resources."""
    pages = cloud.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=STACK)
    return {
        one["PhysicalResourceId"]: one["LogicalResourceId"] for page in pages for one in page["StackResourceSummaries"]
    }
