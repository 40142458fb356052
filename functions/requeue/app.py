"""The function `requeue`: runs each minute."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from requeue.requeue import requeue
from ringback.aws import client
from ringback.due_index import DueIndex
from ringback.queues import Queue
from ringback.settings import Settings

THREADS = 10
"""Writes at once: one batch call's worth."""

logger = Logger(service="ringback")
metrics = Metrics(namespace="Ringback", service="ringback")


class Requeue:
    """One execution environment: everything that outlives an invocation."""

    def __init__(self, settings: Settings) -> None:
        dynamodb = client("dynamodb", connections=THREADS)
        self.pool = ThreadPoolExecutor(THREADS)
        self.index = DueIndex(table=settings.deliveries_table, dynamodb=dynamodb)
        self.retries = Queue(url=settings.retries_queue_url, client=client("sqs"))


@cache
def environment() -> Requeue:
    """This execution environment, made at the first invocation."""
    return Requeue(Settings.of(os.environ))


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:  # noqa: ARG001 - a schedule's event
    """Move what is due; answers with how many."""
    parts = environment()
    moved = requeue(
        index=parts.index,
        retries=parts.retries,
        clock=lambda: datetime.now(UTC),
        time_left=lambda: context.get_remaining_time_in_millis() / 1000,
        mapper=parts.pool.map,
    )
    metrics.add_metric(name="Requeued", unit=MetricUnit.Count, value=moved)
    return {"requeued": moved}
