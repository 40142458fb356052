"""One execution environment of `custom_resource`: everything that outlives an invocation, wired together."""

import os
from functools import cache, cached_property
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

from ringback.aws.clients import client
from ringback.aws.kms import Credentials
from ringback.config import Config, require
from ringback.ssrf.rules import parse_networks
from ringback.storage.numbers import Numbers
from ringback.storage.tables import callbacks_table

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

REQUIRED = ("CALLBACKS_TABLE", "DELIVERIES_TABLE", "RETRIES_QUEUE_URL", "CREDENTIALS_KEY", "ALLOWED_NETWORKS")
"""Variables without which it does not start."""

logger = Logger()


class Environment:
    """What the handler works with."""

    def __init__(self, settings: Config) -> None:
        self.allowed_networks = parse_networks(settings.allowed_networks)
        self.numbers = Numbers(
            table=callbacks_table(settings.callbacks_table, client("dynamodb")),
            credentials=Credentials(key=settings.credentials_key, kms=lambda: self.kms),
        )

    @cached_property
    def kms(self) -> "KMSClient":
        """Seals and opens credentials."""
        kms: KMSClient = client("kms")
        return kms


@cache
def environment() -> Environment:
    """This execution environment, made once."""
    require(os.environ, REQUIRED)
    return Environment(Config.of(os.environ))
