"""The settings of the API."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from ringback.config import parse_list, read_config, variable
from ringback.frozen import frozen


class Authorization(StrEnum):
    """How API Gateway authenticates callers."""

    JWT = "jwt"
    """By a token from the platform's issuer, with the account in one of its claims."""
    IAM = "iam"
    """By the platform's IAM signature, with the account in a header."""


@frozen
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
