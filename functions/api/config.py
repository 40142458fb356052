"""What the template sets for the API alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Authorization(StrEnum):
    """How API Gateway knows its callers."""

    JWT = "jwt"
    """A token of the platform's issuer; one of its claims is the account."""
    IAM = "iam"
    """The platform signs its calls, and names the account in a header."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiConfig:
    """Settings that no other function has."""

    authorization: Authorization
    account_claim: str
    """The claim of a token that holds the account."""
    requests_per_second: float
    """Of one account, in the long run."""
    burst: int
    """Requests of one account that may come at once."""
    egress_addresses: tuple[str, ...]
    """Fixed addresses that requests to customers come from; none where they come from any of AWS's."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "ApiConfig":
        """Read the variables of the template."""
        return cls(
            authorization=Authorization(environment["AUTHORIZATION"]),
            account_claim=environment.get("ACCOUNT_CLAIM", "account_id"),
            requests_per_second=float(environment.get("REQUESTS_PER_SECOND", "10")),
            burst=int(environment.get("BURST", "20")),
            egress_addresses=tuple(filter(None, environment.get("EGRESS_ADDRESSES", "").split(","))),
        )
