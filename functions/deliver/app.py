"""The function `deliver`: takes batches from the Events and Retries queues."""

import gc
import os
import random
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
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
from ringback.announcing import announcer_of
from ringback.attempts import Attempts
from ringback.aws import client
from ringback.callback_store import CallbackStore
from ringback.credentials import Credentials
from ringback.delivery_store import DeliveryStore
from ringback.errors import MalformedEvent, OurFault
from ringback.guard import Guard
from ringback.health_store import HealthStore
from ringback.http.client import DeliveryAdapter
from ringback.http.limits import Limits
from ringback.http.sender import HttpSender
from ringback.lines import Lines
from ringback.mail_sender import MailSender
from ringback.measures import Measures
from ringback.notice_log import NoticeLog
from ringback.queues import Queue
from ringback.recording import Recorder
from ringback.settings import Settings, demand

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
        self._settings = settings
        self.pool = crew(THREADS)
        self._adapter = DeliveryAdapter(Limits(connections_per_server=settings.connections_per_host))
        self._dynamodb = client("dynamodb", connections=THREADS)
        self._sqs = client("sqs")
        self._credentials = Credentials(key=settings.credentials_key, kms=cache(lambda: client("kms")))
        self._callbacks = CallbackStore(
            table=settings.callbacks_table, dynamodb=self._dynamodb, credentials=self._credentials
        )
        log = NoticeLog(logger=logger, measures=measures)
        self._announcer = announcer_of(settings, dynamodb=self._dynamodb, client=client, log=log)
        self.dead_letters = DeadLetters(queue=Queue(url=settings.dead_letters_url, client=self._sqs))
        self.telemetry = Telemetry(
            logger=logger, measures=measures, success_rate=settings.success_log_rate, uniform=random.uniform
        )
        self.story = self._story()

    def _story(self) -> Story:
        deliveries = self._deliveries()
        retries = Queue(url=self._settings.retries_queue_url, client=self._sqs)
        return Story(
            loader=Loader(callbacks=self._callbacks, deliveries=deliveries),
            attempts=self._attempts(),
            recorder=Recorder(deliveries=deliveries, retries=retries, clock=_now),
            health=self._health(),
            announcer=self._announcer,
            telemetry=self.telemetry,
            pool=self.pool,
            clock=_now,
            uniform=random.uniform,
        )

    def _deliveries(self) -> DeliveryStore:
        return DeliveryStore(
            table=self._settings.deliveries_table,
            dynamodb=self._dynamodb,
            credentials=self._credentials,
            retention=self._settings.retention,
            mapper=self.pool.map,
        )

    def _attempts(self) -> Attempts:
        guard = Guard(parse_networks(self._settings.allowed_networks))
        return Attempts(
            guard=guard,
            http=HttpSender(self._adapter, now=_now, forget=guard.forget),
            mail=MailSender(
                sender=self._settings.sender_address,
                configuration=self._settings.mail_configuration,
                ses=cache(lambda: client("sesv2", connections=THREADS)),
            ),
            clock=_now,
            uniform=random.uniform,
        )

    def _health(self) -> Health:
        return Health(
            store=HealthStore(table=self._settings.callbacks_table, dynamodb=self._dynamodb),
            lines=Lines(table=self._settings.deliveries_table, dynamodb=self._dynamodb),
            announcer=self._announcer,
            retention=self._settings.retention,
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
            if self.dead_letters.bury(record, malformed):
                self.telemetry.buried(record["messageId"], malformed)
            else:
                back |= self.telemetry.returned({record["messageId"]}, OurFault("the dead letters did not take it"))
            return None


@cache
def environment() -> Deliver:
    """This execution environment, made once."""
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
    gc.freeze()  # what is there now is never looked through
    gc.enable()
