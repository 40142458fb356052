"""The function `feedback`: SES reports a bounce, a complaint or a rejection on EventBridge."""

import os
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from feedback.feedback import Feedback
from feedback.reports import read_report
from feedback.telemetry import Telemetry
from ringback.announcing import announcer_of
from ringback.aws import client
from ringback.credentials import Credentials
from ringback.errors import OurFault
from ringback.health_store import HealthStore
from ringback.measures import Measures
from ringback.notice_log import NoticeLog
from ringback.settings import Settings, demand
from ringback.tables import Table

NEEDS = ("CALLBACKS_TABLE", "DELIVERIES_TABLE", "RETRIES_QUEUE_URL", "SENDER_ADDRESS", "MAIL_CONFIGURATION")
"""Variables without which it does not start."""

logger = Logger()
measures = Measures()


class Environment:
    """One execution environment: everything that outlives an invocation."""

    def __init__(self, settings: Settings) -> None:
        dynamodb = client("dynamodb")
        table = settings.callbacks_table
        self.telemetry = Telemetry(logger=logger, measures=measures)
        log = NoticeLog(logger=logger, measures=measures)
        self.announcer = announcer_of(settings, dynamodb=dynamodb, client=client, log=log)
        self.feedback = Feedback(
            callbacks=Table(name=table, partition="owner", sort="event", client=dynamodb),
            deliveries=Table(name=settings.deliveries_table, partition="owner", sort="delivery", client=dynamodb),
            credentials=Credentials(key="", kms=partial(client, "kms")),  # never asked: a mail has no password
            health=HealthStore(table=table, dynamodb=dynamodb),
            announcer=self.announcer,
            clock=_now,
        )


@cache
def environment() -> Environment:
    """This execution environment, made once."""
    demand(os.environ, NEEDS)
    return Environment(Settings.of(os.environ))


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Act on one report; what fails is tried twice more by Lambda, then kept in the dead letters."""
    parts = environment()
    report = read_report(event)
    acted = parts.feedback.act(report)
    parts.telemetry.reported(report, disabled=acted.disabled)
    parts.announcer.tell(lambda: context.get_remaining_time_in_millis() / 1000)
    parts.telemetry.flush()
    if acted.too_early:
        raise OurFault("a report of SES came before the record of its delivery; it is tried again")


def _now() -> datetime:
    return datetime.now(UTC)


if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    environment()  # what is missing is said while Lambda starts us
