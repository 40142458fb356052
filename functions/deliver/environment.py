"""Wire everything that outlives an invocation of `deliver`.

The variables that it reads are the fields of `config.Config`.
"""

import asyncio
import os
import random
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache

from aws_lambda_powertools import Logger

from deliver.attempt_log import AttemptLog
from deliver.dead_letters import DeadLetters
from deliver.endpoint_health import EndpointHealth
from deliver.loading import Loader
from deliver.messages import read_message
from deliver.pipeline import DeliveryPipeline
from deliver.watch import Watch
from ringback.aws.clients import client
from ringback.aws.kms import Credentials
from ringback.aws.sqs import Queue
from ringback.config import Config
from ringback.delivery.attempt import Attempts
from ringback.delivery.recorder import Recorder
from ringback.delivery.render import render
from ringback.email.ses import MailSender
from ringback.http.client import HttpClient
from ringback.http.limits import Limits
from ringback.http.sender import HttpSender
from ringback.notify.notifier import StatusEventLog, build_notifier
from ringback.ssrf.guard import Guard
from ringback.ssrf.rules import parse_networks
from ringback.storage.backlog import Backlogs
from ringback.storage.breakers import BreakerStore
from ringback.storage.callbacks import CallbackStore
from ringback.storage.deliveries import DeliveryStore
from ringback.telemetry import Metrics

WRITES_AT_ONCE = 16
"""Threads for single writes of deliveries, which wait about 5 ms each: a hundred failures are recorded in 30 ms."""

MAILS_AT_ONCE = 16
"""Threads for calls of SES, which wait about 100 ms each; an account begins with 14 mails a second."""

logger = Logger()
metrics = Metrics()


class Environment:
    """What the handler works with."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._runner = asyncio.Runner()
        self._watch = Watch()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="worker")
        self._writers = ThreadPoolExecutor(WRITES_AT_ONCE, thread_name_prefix="writer")
        self._mailers = ThreadPoolExecutor(MAILS_AT_ONCE, thread_name_prefix="mailer")
        self._http = HttpClient(Limits(connections_per_server=config.connections_per_host))
        self._dynamodb = client("dynamodb", connections=WRITES_AT_ONCE)
        self._sqs = client("sqs")
        self._credentials = Credentials(key=config.credentials_key, kms=cache(lambda: client("kms")))
        log = StatusEventLog(logger=logger, metrics=metrics)
        self._notifier = build_notifier(config, dynamodb=self._dynamodb, client=client, log=log)
        self.telemetry = AttemptLog(
            logger=logger, metrics=metrics, success_rate=config.success_log_rate, uniform=random.uniform
        )
        self.pipeline = self._pipeline()

    def run[Result](self, coroutine: Coroutine[None, None, Result]) -> Result:
        """Run *coroutine* on the one event loop, which keeps its connections between invocations."""
        with self._watch.on():
            return self._runner.run(coroutine)

    def close(self) -> None:
        """End its threads and connections, as Lambda does by ending the process."""
        self._http.close()
        for pool in (self._worker, self._writers, self._mailers):
            pool.shutdown()
        self._runner.close()

    def _pipeline(self) -> DeliveryPipeline:
        deliveries = self._deliveries()
        retries = Queue(url=self._config.retries_queue_url, client=self._sqs)
        return DeliveryPipeline(
            read=self._watch.limited(read_message),
            dead_letters=DeadLetters(queue=Queue(url=self._config.dead_letters_url, client=self._sqs)),
            loader=Loader(callbacks=self._callbacks(), deliveries=deliveries),
            attempts=self._attempts(),
            recorder=Recorder(deliveries=deliveries, retries=retries, clock=_now),
            health=self._health(),
            notifier=self._notifier,
            telemetry=self.telemetry,
            worker=self._worker,
            clock=_now,
            uniform=random.uniform,
        )

    def _callbacks(self) -> CallbackStore:
        return CallbackStore(table=self._config.callbacks_table, dynamodb=self._dynamodb, credentials=self._credentials)

    def _deliveries(self) -> DeliveryStore:
        return DeliveryStore(
            table=self._config.deliveries_table,
            dynamodb=self._dynamodb,
            credentials=self._credentials,
            retention=self._config.retention,
            mapper=self._writers.map,
        )

    def _attempts(self) -> Attempts:
        guard = Guard(parse_networks(self._config.allowed_networks))
        return Attempts(
            guard=guard,
            http=HttpSender(self._http, now=_now, forget=guard.forget),
            mail=MailSender(
                sender=self._config.sender_address,
                configuration=self._config.mail_configuration,
                ses=cache(lambda: client("sesv2", connections=MAILS_AT_ONCE)),
            ),
            mailers=self._mailers,
            render=self._watch.limited(render),
            clock=_now,
            uniform=random.uniform,
        )

    def _health(self) -> EndpointHealth:
        return EndpointHealth(
            store=BreakerStore(table=self._config.callbacks_table, dynamodb=self._dynamodb),
            backlogs=Backlogs(table=self._config.deliveries_table, dynamodb=self._dynamodb),
            notifier=self._notifier,
            retention=self._config.retention,
            uniform=random.uniform,
        )


@cache
def environment() -> Environment:
    """Return the execution environment, built once."""
    return Environment(Config.of(os.environ))


def _now() -> datetime:
    return datetime.now(UTC)
