"""The function `requeue`: runs each minute."""

import os
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from requeue.due import RUN_NEEDS_SECONDS, requeue
from requeue.environment import Environment, environment, logger, metrics
from requeue.lost import seek
from requeue.release import BacklogRelease
from ringback.errors import InfrastructureError, describe_error
from ringback.storage.due_index import SHARDS


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:  # noqa: ARG001 - a schedule's event
    """Let out what need not wait any more, move what is due; answers with how many were moved."""
    parts = environment()
    try:
        return {"requeued": _run(parts, partial(_seconds, context))}
    finally:
        metrics.flush()


def _run(parts: Environment, time_left: Callable[[], float]) -> int:
    _resume(parts, time_left)
    moved = requeue(index=parts.index, retries=parts.retries, clock=_now, time_left=time_left, mapper=parts.pool.map)
    metrics.value("Requeued", moved)
    metrics.flush()  # the alarm waits for it, whatever becomes of the rest
    _seek(parts, time_left)
    if time_left() >= RUN_NEEDS_SECONDS:
        with suppress(InfrastructureError):  # a point that is missing in a gauge
            metrics.value("RetriesParked", sum(parts.pool.map(parts.index.count, SHARDS)))
    return moved


def _seek(parts: Environment, time_left: Callable[[], float]) -> None:
    try:
        found = seek(index=parts.index, retries=parts.retries, clock=_now, time_left=time_left, mapper=parts.pool.map)
        metrics.count("LostRetries", found)
    except InfrastructureError as fault:  # as above: they have waited for long
        logger.error("retries.unsought", extra=describe_error(fault))


def _resume(parts: Environment, time_left: Callable[[], float]) -> None:
    resumption = BacklogRelease(
        lines=parts.lines,
        breakers=parts.health.breakers,
        clock=_now,
        uniform=random.uniform,
        time_left=time_left,
        mapper=parts.pool.map,
    )
    try:
        metrics.value("Resumed", resumption.run())
        metrics.value("OpenBreakers", resumption.open)
    except InfrastructureError as fault:  # no reason to hold up what is due; the next minute's run goes on
        logger.error("lines.unserved", extra=describe_error(fault))


def _now() -> datetime:
    return datetime.now(UTC)


def _seconds(context: LambdaContext) -> float:
    return context.get_remaining_time_in_millis() / 1000


if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    environment()  # what is missing is said while Lambda starts us
