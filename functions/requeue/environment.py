"""One execution environment of `requeue`: everything that outlives an invocation, wired together."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from aws_lambda_powertools import Logger

from ringback.aws.clients import client
from ringback.aws.sqs import Queue
from ringback.config import Config, require
from ringback.storage.backlog import Backlogs
from ringback.storage.breakers import BreakerStore
from ringback.storage.due_index import DueIndex
from ringback.telemetry import Metrics

REQUIRED = ("CALLBACKS_TABLE", "DELIVERIES_TABLE", "RETRIES_QUEUE_URL")
"""Variables without which it does not start."""

THREADS = 10
"""Writes at once: one batch call's worth."""

logger = Logger()
metrics = Metrics()


class Environment:
    """What the handler works with."""

    def __init__(self, settings: Config) -> None:
        dynamodb = client("dynamodb", connections=THREADS)
        self.pool = ThreadPoolExecutor(THREADS)
        self.index = DueIndex(table=settings.deliveries_table, dynamodb=dynamodb)
        self.lines = Backlogs(table=settings.deliveries_table, dynamodb=dynamodb)
        self.health = BreakerStore(table=settings.callbacks_table, dynamodb=dynamodb)
        self.retries = Queue(url=settings.retries_queue_url, client=client("sqs"))


@cache
def environment() -> Environment:
    """This execution environment, made once."""
    require(os.environ, REQUIRED)
    return Environment(Config.of(os.environ))
