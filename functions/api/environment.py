"""The execution environment of `api`: everything that outlives a request, created when it is first needed."""

import asyncio
import os
import random
from collections.abc import Callable, Coroutine, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache, cached_property
from itertools import chain
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
from ringback.config import StackConfig, read_config, require, variable_names
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

CONFIG = (StackConfig, ApiConfig, ConsoleConfig)
"""The settings of `api`."""

THREADS = 10
"""Concurrent writes while many deliveries are redelivered."""


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
        require(variables, chain.from_iterable(variable_names(one, required_only=True) for one in CONFIG))
        self.settings = read_config(StackConfig, variables)
        self.api = read_config(ApiConfig, variables)
        self.console = read_config(ConsoleConfig, variables)
        self.clock = clock
        self.random_bytes = random_bytes
        self._closing: list[Callable[[], None]] = []

    @cached_property
    def allowed_networks(self) -> tuple[Network, ...]:
        """The networks that callbacks may reach in addition to public addresses."""
        return parse_networks(self.settings.allowed_networks)

    @cached_property
    def rate(self) -> RateLimit:
        """The rate limit of accounts."""
        return RateLimit(table=self._callbacks_table, allowance=Allowance.of(self.api))

    @cached_property
    def numbers(self) -> Numbers:
        """The callbacks of numbers and accounts."""
        return Numbers(table=self._callbacks_table, credentials=self._credentials)

    @cached_property
    def health(self) -> BreakerStore:
        """The health of endpoints."""
        return BreakerStore(table=self.settings.callbacks_table, dynamodb=self._dynamodb)

    @cached_property
    def accounts(self) -> AccountItems:
        """The signing secrets and contacts of accounts."""
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
        """A `map` that runs calls concurrently."""
        return self._pool.map

    @cached_property
    def deliveries(self) -> DeliveryStore:
        """Whole deliveries, in the same form as in `deliver`."""
        return DeliveryStore(
            table=self.settings.deliveries_table,
            dynamodb=self._dynamodb,
            credentials=self._credentials,
            retention=self.settings.retention,
        )

    @cached_property
    def recorder(self) -> Recorder:
        """What schedules attempts, on the Retries queue or in the table."""
        retries = Queue(url=self.settings.retries_queue_url, client=client("sqs"))
        return Recorder(deliveries=self.deliveries, retries=retries, clock=self.clock)

    @cached_property
    def due_index(self) -> DueIndex:
        """The deliveries that wait for `requeue`."""
        return DueIndex(table=self.settings.deliveries_table, dynamodb=self._dynamodb)

    @cached_property
    def turns(self) -> RedeliveryTurns:
        """The times at which an account's redeliveries are due."""
        return RedeliveryTurns(table=self._callbacks_table)

    @cached_property
    def attempts(self) -> "Attempts":
        """The same attempts as in `deliver`; imported late, because only the operation `test` needs them."""
        from ringback.delivery.attempt import Attempts  # noqa: PLC0415 - as the docstring says
        from ringback.email.ses import MailSender  # noqa: PLC0415
        from ringback.http.client import HttpClient  # noqa: PLC0415
        from ringback.http.sender import HttpSender  # noqa: PLC0415
        from ringback.ssrf.guard import Guard  # noqa: PLC0415

        http, guard = HttpClient(), Guard(self.allowed_networks)
        self._closing.append(http.close)
        return Attempts(
            guard=guard,
            http=HttpSender(http, now=self.clock, forget=guard.forget),
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
        """Run *coroutine* on this environment's event loop, which keeps connections open."""
        return self._runner.run(coroutine)

    def close(self) -> None:
        """Stop threads and close connections; on Lambda, the end of the process does that."""
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
    """Return this execution environment, creating it once."""
    return Environment(os.environ)
