"""The execution environment of `custom_resource`: everything that outlives an invocation."""

import os
from functools import cache, cached_property
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

from ringback.aws.clients import client
from ringback.aws.kms import Credentials
from ringback.config import read_config
from ringback.frozen import frozen
from ringback.ssrf.rules import parse_networks
from ringback.storage.numbers import Numbers
from ringback.storage.tables import callbacks_table

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

logger = Logger()


@frozen
class CustomResourceConfig:
    """The settings of `custom-resource`."""

    callbacks_table: str
    credentials_key: str
    allowed_networks: str
    """Networks in CIDR notation, comma-separated, that callbacks may reach in addition to public addresses."""


class Environment:
    """What the handler works with."""

    def __init__(self, settings: CustomResourceConfig) -> None:
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
    """Return this execution environment, creating it once."""
    return Environment(read_config(CustomResourceConfig, os.environ))
