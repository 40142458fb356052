"""The execution environment of `requeue`: everything that outlives an invocation."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from aws_lambda_powertools import Logger

from ringback.aws.clients import client
from ringback.aws.sqs import Queue
from ringback.config import read_config
from ringback.frozen import frozen
from ringback.storage.backlog import Backlogs
from ringback.storage.breakers import BreakerStore
from ringback.storage.due_index import DueIndex
from ringback.telemetry import Metrics

THREADS = 10
"""Concurrent writes: as many as one batch call has entries."""

logger = Logger()
metrics = Metrics()


@frozen
class RequeueConfig:
    """The settings of `requeue`."""

    callbacks_table: str
    deliveries_table: str
    retries_queue_url: str


class Environment:
    """What the handler works with."""

    def __init__(self, settings: RequeueConfig) -> None:
        dynamodb = client("dynamodb", connections=THREADS)
        self.pool = ThreadPoolExecutor(THREADS)
        self.index = DueIndex(table=settings.deliveries_table, dynamodb=dynamodb)
        self.backlogs = Backlogs(table=settings.deliveries_table, dynamodb=dynamodb)
        self.health = BreakerStore(table=settings.callbacks_table, dynamodb=dynamodb)
        self.retries = Queue(url=settings.retries_queue_url, client=client("sqs"))


@cache
def environment() -> Environment:
    """Return this execution environment, creating it once."""
    return Environment(read_config(RequeueConfig, os.environ))
