"""The execution environment of `feedback`: everything that outlives an invocation."""

import os
from datetime import UTC, datetime
from functools import cache

from aws_lambda_powertools import Logger

from feedback.suppression import Feedback, ReportLog
from ringback.aws.clients import client
from ringback.config import MailConfig, read_config
from ringback.frozen import frozen
from ringback.notify.notifier import StatusEventLog, build_notifier
from ringback.storage.breakers import BreakerStore
from ringback.storage.tables import callbacks_table, deliveries_table
from ringback.telemetry import Metrics

logger = Logger()
metrics = Metrics()


@frozen
class FeedbackConfig(MailConfig):
    """The settings of `feedback`."""

    deliveries_table: str


class Environment:
    """What the handler works with."""

    def __init__(self, settings: FeedbackConfig) -> None:
        dynamodb = client("dynamodb")
        table = settings.callbacks_table
        self.telemetry = ReportLog(logger=logger, metrics=metrics)
        log = StatusEventLog(logger=logger, metrics=metrics)
        self.notifier = build_notifier(settings, dynamodb=dynamodb, client=client, log=log)
        self.feedback = Feedback(
            callbacks=callbacks_table(table, dynamodb),
            deliveries=deliveries_table(settings.deliveries_table, dynamodb),
            health=BreakerStore(table=table, dynamodb=dynamodb),
            notifier=self.notifier,
            clock=_now,
        )


@cache
def environment() -> Environment:
    """Return this execution environment, creating it once."""
    return Environment(read_config(FeedbackConfig, os.environ))


def _now() -> datetime:
    return datetime.now(UTC)
