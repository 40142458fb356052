"""The settings of the API."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from ringback.config import parse_days, parse_list, read_config, variable


class Authorization(StrEnum):
    """How API Gateway authenticates callers."""

    JWT = "jwt"
    """By a token from the platform's issuer, with the account in one of its claims."""
    IAM = "iam"
    """By the platform's IAM signature, with the account in a header."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackConfig:
    """The resources of the stack that the API works with."""

    callbacks_table: str
    deliveries_table: str
    retries_queue_url: str
    credentials_key: str
    sender_address: str
    mail_configuration: str
    """The SES configuration set that reports what happens to mails; empty for no reports."""
    allowed_networks: str
    """Networks in CIDR notation, comma-separated, that callbacks may reach in addition to public addresses."""
    retention: timedelta = field(metadata=variable(parse_days, name="DELIVERY_RETENTION_DAYS"))
    """How long a delivery is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiConfig:
    """What callers see of the API's settings: the OpenAPI document depends on nothing else."""

    authorization: Authorization
    account_claim: str
    """The claim of a token that holds the account."""
    requests_per_second: float
    """The sustained rate of requests that one account is allowed."""
    burst: int
    """Requests that one account may make at once."""
    egress_addresses: tuple[str, ...] = field(metadata=variable(parse_list))
    """Fixed addresses that requests to customers come from; empty if they come from any AWS address."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "ApiConfig":
        """Read the settings from *environment*."""
        return read_config(cls, environment)
