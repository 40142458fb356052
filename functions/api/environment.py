"""One execution environment of the API: everything that outlives a request, made when it is first needed."""

import asyncio
import os
import random
from collections.abc import Callable, Coroutine, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from api.account import AccountItems
from api.config import ApiConfig
from api.console_files import ConsoleConfig
from api.delivery_log import Log
from api.gateway.rate_limit import Allowance, RateLimit
from api.redelivery import RedeliveryTurns
from api.service_key import ServiceKey
from ringback.aws.clients import client
from ringback.aws.dynamodb import Table
from ringback.aws.kms import Credentials
from ringback.aws.sqs import Queue
from ringback.config import Config, require
from ringback.delivery.recorder import Recorder
from ringback.ssrf.rules import Network, parse_networks
from ringback.storage.breakers import BreakerStore
from ringback.storage.deliveries import DeliveryStore
from ringback.storage.due_index import DueIndex
from ringback.storage.numbers import Numbers
from ringback.storage.tables import callbacks_table, deliveries_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from ringback.delivery.attempt import Attempts

REQUIRED = (
    "CALLBACKS_TABLE",
    "DELIVERIES_TABLE",
    "RETRIES_QUEUE_URL",
    "CREDENTIALS_KEY",
    "SENDER_ADDRESS",
    "MAIL_CONFIGURATION",
    "ALLOWED_NETWORKS",
    "DELIVERY_RETENTION_DAYS",
    "AUTHORIZATION",
    "ACCOUNT_CLAIM",
    "REQUESTS_PER_SECOND",
    "BURST",
    "EGRESS_ADDRESSES",
    "CONSOLE",
    "CONSOLE_NAME",
    "CONSOLE_COLOR",
    "CONSOLE_FRAMES",
    "CONSOLE_RETURN_URL",
)
"""Variables without which it does not start."""

THREADS = 10
"""Writes at once, when many deliveries are sent again."""


logger = Logger()


class Environment:
    """What handlers work with."""

    def __init__(
        self,
        variables: Mapping[str, str],
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        random_bytes: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self.settings = Config.of(variables)
        self.api = ApiConfig.of(variables)
        self.console = ConsoleConfig.of(variables)
        self.clock = clock
        self.random_bytes = random_bytes
        self._closing: list[Callable[[], None]] = []

    @cached_property
    def allowed_networks(self) -> tuple[Network, ...]:
        """What callbacks may reach beside public addresses."""
        return parse_networks(self.settings.allowed_networks)

    @cached_property
    def rate(self) -> RateLimit:
        """Every request asks here first."""
        return RateLimit(table=self._callbacks_table, allowance=Allowance.of(self.api))

    @cached_property
    def numbers(self) -> Numbers:
        """What is set."""
        return Numbers(table=self._callbacks_table, credentials=self._credentials)

    @cached_property
    def health(self) -> BreakerStore:
        """What is known of endpoints."""
        return BreakerStore(table=self.settings.callbacks_table, dynamodb=self._dynamodb)

    @cached_property
    def accounts(self) -> AccountItems:
        """Signing secrets and contacts."""
        return AccountItems(table=self._callbacks_table, credentials=self._credentials)

    @cached_property
    def service_key(self) -> ServiceKey:
        """What cursors are signed with."""
        return ServiceKey(table=self._callbacks_table, credentials=self._credentials, random_bytes=self.random_bytes)

    @cached_property
    def log(self) -> Log:
        """What happened."""
        table = deliveries_table(self.settings.deliveries_table, self._dynamodb)
        return Log(table=table, mapper=self.mapper)

    @property
    def mapper(self) -> Callable[..., Iterable[Any]]:
        """Does several things side by side that only wait."""
        return self._pool.map

    @cached_property
    def deliveries(self) -> DeliveryStore:
        """Whole deliveries, as `deliver` sees them."""
        return DeliveryStore(
            table=self.settings.deliveries_table,
            dynamodb=self._dynamodb,
            credentials=self._credentials,
            retention=self.settings.retention,
        )

    @cached_property
    def recorder(self) -> Recorder:
        """The way to the Retries queue."""
        retries = Queue(url=self.settings.retries_queue_url, client=client("sqs"))
        return Recorder(deliveries=self.deliveries, retries=retries, clock=self.clock)

    @cached_property
    def due_index(self) -> DueIndex:
        """What waits for `requeue`."""
        return DueIndex(table=self.settings.deliveries_table, dynamodb=self._dynamodb)

    @cached_property
    def turns(self) -> RedeliveryTurns:
        """When the next delivery of an account may be sent again."""
        return RedeliveryTurns(table=self._callbacks_table)

    @cached_property
    def attempts(self) -> "Attempts":
        """The same attempts that `deliver` makes; imported here, because only a test needs them."""
        from ringback.delivery.attempt import Attempts  # noqa: PLC0415 - as the docstring says
        from ringback.email.ses import MailSender  # noqa: PLC0415
        from ringback.http.client import DeliveryAdapter  # noqa: PLC0415
        from ringback.http.sender import HttpSender  # noqa: PLC0415
        from ringback.ssrf.guard import Guard  # noqa: PLC0415

        adapter, guard = DeliveryAdapter(), Guard(self.allowed_networks)
        self._closing.append(adapter.close)
        return Attempts(
            guard=guard,
            http=HttpSender(adapter, now=self.clock, forget=guard.forget),
            mail=MailSender(
                sender=self.settings.sender_address,
                configuration=self.settings.mail_configuration,
                ses=cache(lambda: client("sesv2")),
            ),
            mailers=self._pool,
            clock=self.clock,
            uniform=random.uniform,
        )

    def run[Result](self, coroutine: Coroutine[None, None, Result]) -> Result:
        """Run *coroutine* on this environment's event loop, which keeps its connections."""
        return self._runner.run(coroutine)

    def close(self) -> None:
        """End its threads and connections; Lambda does so by ending the process."""
        for close in self._closing:
            close()

    @cached_property
    def _runner(self) -> asyncio.Runner:
        runner = asyncio.Runner()
        self._closing.append(runner.close)
        return runner

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        pool = ThreadPoolExecutor(THREADS)
        self._closing.append(pool.shutdown)
        return pool

    @cached_property
    def _dynamodb(self) -> "DynamoDBClient":
        dynamodb: DynamoDBClient = client("dynamodb", connections=THREADS)
        return dynamodb

    @cached_property
    def _callbacks_table(self) -> Table:
        return callbacks_table(self.settings.callbacks_table, self._dynamodb)

    @cached_property
    def _credentials(self) -> Credentials:
        return Credentials(key=self.settings.credentials_key, kms=cache(lambda: client("kms")))


@cache
def environment() -> Environment:
    """This execution environment, made once."""
    require(os.environ, REQUIRED)
    return Environment(os.environ)
