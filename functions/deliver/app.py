"""The function `deliver`: takes batches from the Events and Retries queues."""

import os
import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from deliver.dead_letters import DeadLetters
from deliver.delivery import Story
from deliver.events import Message, read_message
from deliver.health import Health
from deliver.loading import Loader
from deliver.parallel import crew
from deliver.processor import keep_to_one
from deliver.telemetry import Telemetry
from ringback.addresses import parse_networks
from ringback.announcing import Announcer
from ringback.attempts import Attempts
from ringback.aws import client
from ringback.callback_store import CallbackStore
from ringback.contacts import contact_of
from ringback.credentials import Credentials
from ringback.delivery_store import DeliveryStore
from ringback.errors import MalformedEvent
from ringback.guard import Guard
from ringback.health_store import HealthStore
from ringback.http_sender import HttpSender
from ringback.limits import Limits
from ringback.lines import Lines
from ringback.mail_sender import MailSender
from ringback.measures import Measures
from ringback.notice_log import NoticeLog
from ringback.notices import NoticeBus
from ringback.queues import Queue
from ringback.recording import Recorder
from ringback.settings import Settings, demand
from ringback.transport import DeliveryAdapter

NEEDS = (
    "CALLBACKS_TABLE",
    "DELIVERIES_TABLE",
    "RETRIES_QUEUE_URL",
    "DEAD_LETTERS_URL",
    "CREDENTIALS_KEY",
    "SENDER_ADDRESS",
    "MAIL_CONFIGURATION",
    "ALLOWED_NETWORKS",
    "DELIVERY_RETENTION_DAYS",
    "CONNECTIONS_PER_HOST",
    "SUCCESS_LOG_RATE",
)
"""Variables without which it does not start."""

THREADS = 100
"""Attempts at once: as many as a batch has messages, so that none waits behind an endpoint that hangs."""

logger = Logger()
measures = Measures()


class Deliver:
    """One execution environment: everything that outlives an invocation."""

    def __init__(self, settings: Settings) -> None:
        self.pool = pool = crew(THREADS)
        self._adapter = DeliveryAdapter(Limits(connections_per_server=settings.connections_per_host))
        dynamodb = client("dynamodb", connections=THREADS)
        sqs = client("sqs")
        credentials = Credentials(key=settings.credentials_key, kms=cache(lambda: client("kms")))
        guard = Guard(parse_networks(settings.allowed_networks))
        callbacks = CallbackStore(
            table=settings.callbacks_table, dynamodb=dynamodb, credentials=credentials, clock=time.time
        )
        retention = timedelta(days=settings.delivery_retention_days)
        deliveries = DeliveryStore(
            table=settings.deliveries_table,
            dynamodb=dynamodb,
            credentials=credentials,
            retention=retention,
            mapper=pool.map,
        )
        self.dead_letters = DeadLetters(queue=Queue(url=settings.dead_letters_url, client=sqs))
        self.telemetry = Telemetry(
            logger=logger,
            measures=measures,
            success_rate=settings.success_log_rate,
            uniform=random.uniform,
        )
        announcer = Announcer(
            bus=NoticeBus(cache(lambda: client("events", tries=1))),
            mail=MailSender(
                sender=settings.sender_address,
                configuration=settings.mail_configuration,
                ses=cache(lambda: client("sesv2", tries=1)),
            ),
            contact=partial(contact_of, table=settings.callbacks_table, dynamodb=dynamodb),
            log=NoticeLog(logger=logger, measures=measures),
        )
        self.story = Story(
            loader=Loader(callbacks=callbacks, deliveries=deliveries),
            attempts=Attempts(
                guard=guard,
                http=HttpSender(self._adapter, now=_now, forget=guard.forget),
                mail=MailSender(
                    sender=settings.sender_address,
                    configuration=settings.mail_configuration,
                    ses=cache(lambda: client("sesv2", connections=THREADS)),
                ),
                clock=_now,
                uniform=random.uniform,
            ),
            recorder=Recorder(
                deliveries=deliveries, retries=Queue(url=settings.retries_queue_url, client=sqs), clock=_now
            ),
            health=Health(
                callbacks=callbacks,
                store=HealthStore(table=settings.callbacks_table, dynamodb=dynamodb),
                lines=Lines(table=settings.deliveries_table, dynamodb=dynamodb),
                announcer=announcer,
                retention=retention,
                uniform=random.uniform,
            ),
            announcer=announcer,
            telemetry=self.telemetry,
            pool=pool,
            clock=_now,
            uniform=random.uniform,
        )

    def close(self) -> None:
        """End its threads and connections; Lambda does so by ending the process."""
        self.pool.shutdown()
        self._adapter.close()

    def read(self, record: Mapping[str, Any], back: set[str]) -> Message | None:
        """The message in *record*; a malformed one is buried, or added to *back* if it cannot be."""
        try:
            return read_message(record)
        except MalformedEvent as malformed:
            self.telemetry.buried(record["messageId"], malformed)
            if not self.dead_letters.bury(record, malformed):
                back.add(record["messageId"])
            return None


@cache
def environment() -> Deliver:
    """This execution environment, made at the first invocation."""
    demand(os.environ, NEEDS)
    keep_to_one(os.environ, random.choice)  # before the pool has threads, which inherit it
    return Deliver(Settings.of(os.environ))


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Deliver a batch; answers with the messages that SQS shall hand out again (`ReportBatchItemFailures`)."""
    deliver = environment()
    back: set[str] = set()
    messages = [message for record in event["Records"] if (message := deliver.read(record, back))]
    back |= deliver.story.run(messages, time_left=lambda: context.get_remaining_time_in_millis() / 1000)
    deliver.telemetry.flush()
    return {"batchItemFailures": [{"itemIdentifier": message} for message in sorted(back)]}


def _now() -> datetime:
    return datetime.now(UTC)


if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    environment()  # while Lambda starts us, it gives more processor than afterwards
