"""The function `requeue`: runs each minute."""

import os
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from requeue.requeue import RUN_NEEDS_SECONDS, requeue
from requeue.resume import Resumption
from requeue.seek import seek
from ringback.aws import client
from ringback.delivery_items import SHARDS
from ringback.due_index import DueIndex
from ringback.errors import OurFault
from ringback.fault_fields import fault_fields
from ringback.health_store import HealthStore
from ringback.lines import Lines
from ringback.measures import Measures
from ringback.queues import Queue
from ringback.settings import Settings, demand

NEEDS = ("CALLBACKS_TABLE", "DELIVERIES_TABLE", "RETRIES_QUEUE_URL")
"""Variables without which it does not start."""

THREADS = 10
"""Writes at once: one batch call's worth."""

logger = Logger()
measures = Measures()


class Requeue:
    """One execution environment: everything that outlives an invocation."""

    def __init__(self, settings: Settings) -> None:
        dynamodb = client("dynamodb", connections=THREADS)
        self.pool = ThreadPoolExecutor(THREADS)
        self.index = DueIndex(table=settings.deliveries_table, dynamodb=dynamodb)
        self.lines = Lines(table=settings.deliveries_table, dynamodb=dynamodb)
        self.health = HealthStore(table=settings.callbacks_table, dynamodb=dynamodb)
        self.retries = Queue(url=settings.retries_queue_url, client=client("sqs"))


@cache
def environment() -> Requeue:
    """This execution environment, made once."""
    demand(os.environ, NEEDS)
    return Requeue(Settings.of(os.environ))


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:  # noqa: ARG001 - a schedule's event
    """Let out what need not wait any more, move what is due; answers with how many were moved."""
    parts = environment()
    try:
        return {"requeued": _run(parts, partial(_seconds, context))}
    finally:
        measures.flush()


def _run(parts: Requeue, time_left: Callable[[], float]) -> int:
    _resume(parts, time_left)
    moved = requeue(index=parts.index, retries=parts.retries, clock=_now, time_left=time_left, mapper=parts.pool.map)
    measures.value("Requeued", moved)
    measures.flush()  # the alarm waits for it, whatever becomes of the rest
    _seek(parts, time_left)
    if time_left() >= RUN_NEEDS_SECONDS:
        with suppress(OurFault):  # a point that is missing in a gauge
            measures.value("RetriesParked", sum(parts.pool.map(parts.index.count, SHARDS)))
    return moved


def _seek(parts: Requeue, time_left: Callable[[], float]) -> None:
    try:
        found = seek(index=parts.index, retries=parts.retries, clock=_now, time_left=time_left, mapper=parts.pool.map)
        measures.count("LostRetries", found)
    except OurFault as fault:  # as above: they have waited for long
        logger.error("retries.unsought", extra=fault_fields(fault))  # noqa: TRY400 - it says all


def _resume(parts: Requeue, time_left: Callable[[], float]) -> None:
    resumption = Resumption(
        lines=parts.lines,
        breakers=parts.health.breakers,
        clock=_now,
        uniform=random.uniform,
        time_left=time_left,
        mapper=parts.pool.map,
    )
    try:
        measures.value("Resumed", resumption.run())
        measures.value("OpenBreakers", resumption.open)
    except OurFault as fault:  # no reason to hold up what is due; the next minute's run goes on
        logger.error("lines.unserved", extra=fault_fields(fault))  # noqa: TRY400 - it says all


def _now() -> datetime:
    return datetime.now(UTC)


def _seconds(context: LambdaContext) -> float:
    return context.get_remaining_time_in_millis() / 1000


if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    environment()  # what is missing is said while Lambda starts us
