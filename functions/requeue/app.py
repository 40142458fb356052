"""The Lambda function `requeue`, which runs every minute."""

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
from requeue.lost import find_lost
from requeue.release import BacklogRelease
from ringback.errors import InfrastructureError, describe_error
from ringback.storage.due_index import SHARDS


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:  # noqa: ARG001 - a schedule's event
    """Release backlogs, move due deliveries to the queue, bring back lost ones; return how many were moved."""
    env = environment()
    try:
        return {"requeued": _run(env, partial(_seconds, context))}
    finally:
        metrics.flush()


def _run(env: Environment, time_left: Callable[[], float]) -> int:
    _release_backlogs(env, time_left)
    moved = requeue(index=env.index, retries=env.retries, clock=_now, time_left=time_left, mapper=env.pool.map)
    metrics.value("Requeued", moved)
    metrics.flush()  # an alarm depends on it, whatever happens to the rest
    _find_lost(env, time_left)
    if time_left() >= RUN_NEEDS_SECONDS:
        with suppress(InfrastructureError):  # a missing data point does no harm
            metrics.value("RetriesParked", sum(env.pool.map(env.index.count, SHARDS)))
    return moved


def _find_lost(env: Environment, time_left: Callable[[], float]) -> None:
    try:
        found = find_lost(index=env.index, retries=env.retries, clock=_now, time_left=time_left, mapper=env.pool.map)
        metrics.count("LostRetries", found)
    except InfrastructureError as fault:  # not urgent; the next run goes on
        logger.error("retries.unchecked", extra=describe_error(fault))


def _release_backlogs(env: Environment, time_left: Callable[[], float]) -> None:
    release = BacklogRelease(
        backlogs=env.backlogs,
        breakers=env.health.breakers,
        clock=_now,
        uniform=random.uniform,
        time_left=time_left,
        mapper=env.pool.map,
    )
    try:
        metrics.value("Resumed", release.run())
        metrics.value("OpenBreakers", release.open)
    except InfrastructureError as fault:  # must not hold up what is due; the next run goes on
        logger.error("backlogs.unserved", extra=describe_error(fault))


def _now() -> datetime:
    return datetime.now(UTC)


def _seconds(context: LambdaContext) -> float:
    return context.get_remaining_time_in_millis() / 1000


if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    environment()  # fail during the init phase if a variable is missing
