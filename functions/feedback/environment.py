"""One execution environment of `feedback`: everything that outlives an invocation, wired together."""

import os
from datetime import UTC, datetime
from functools import cache, partial

from aws_lambda_powertools import Logger

from feedback.suppression import Feedback, ReportLog
from ringback.aws.clients import client
from ringback.aws.kms import Credentials
from ringback.config import Config, require
from ringback.notify.notifier import StatusEventLog, build_notifier
from ringback.storage.breakers import BreakerStore
from ringback.storage.tables import callbacks_table, deliveries_table
from ringback.telemetry import Metrics

REQUIRED = ("CALLBACKS_TABLE", "DELIVERIES_TABLE", "RETRIES_QUEUE_URL", "SENDER_ADDRESS", "MAIL_CONFIGURATION")
"""Variables without which it does not start."""

logger = Logger()
metrics = Metrics()


class Environment:
    """What the handler works with."""

    def __init__(self, settings: Config) -> None:
        dynamodb = client("dynamodb")
        table = settings.callbacks_table
        self.telemetry = ReportLog(logger=logger, metrics=metrics)
        log = StatusEventLog(logger=logger, metrics=metrics)
        self.notifier = build_notifier(settings, dynamodb=dynamodb, client=client, log=log)
        self.feedback = Feedback(
            callbacks=callbacks_table(table, dynamodb),
            deliveries=deliveries_table(settings.deliveries_table, dynamodb),
            credentials=Credentials(key="", kms=partial(client, "kms")),  # never asked: a mail has no password
            health=BreakerStore(table=table, dynamodb=dynamodb),
            notifier=self.notifier,
            clock=_now,
        )


@cache
def environment() -> Environment:
    """This execution environment, made once."""
    require(os.environ, REQUIRED)
    return Environment(Config.of(os.environ))


def _now() -> datetime:
    return datetime.now(UTC)
