"""Read what the template sets in the environment of `deliver` and `requeue`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta


class MissingVariable(LookupError):  # noqa: N818 - named like the errors of `ringback.errors`
    """A function started without a variable that it needs. The message names it, and repeats no value."""


def require(environment: Mapping[str, str], names: Iterable[str]) -> None:
    """Check that every variable in *names* is set; an empty value counts as set.

    Raises:
        MissingVariable: some are not set.
    """
    missing = [name for name in names if name not in environment]
    if missing:
        raise MissingVariable(f"not set: {', '.join(missing)}; template.yaml sets every variable of its functions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The configuration of a function; a missing variable is a defect of the template and fails the start."""

    callbacks_table: str
    deliveries_table: str
    retries_queue_url: str
    dead_letters_url: str
    credentials_key: str
    sender_address: str
    mail_configuration: str
    """The SES configuration set that reports bounces and complaints; empty means no reports."""
    allowed_networks: str
    """Networks that callbacks may reach in addition to public ones: CIDR blocks, separated by commas."""
    retention: timedelta
    """How long a delivery is kept."""
    connections_per_host: int
    """Concurrent attempts of one execution environment to one host and port."""
    success_log_rate: float
    """Share of successful attempts that are logged, 0 to 1; failed ones are always logged."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Config":
        """Read the template's variables; each function has only those that it needs."""
        return cls(
            callbacks_table=environment.get("CALLBACKS_TABLE", ""),
            deliveries_table=environment["DELIVERIES_TABLE"],
            retries_queue_url=environment["RETRIES_QUEUE_URL"],
            dead_letters_url=environment.get("DEAD_LETTERS_URL", ""),
            credentials_key=environment.get("CREDENTIALS_KEY", ""),
            sender_address=environment.get("SENDER_ADDRESS", ""),
            mail_configuration=environment.get("MAIL_CONFIGURATION", ""),
            allowed_networks=environment.get("ALLOWED_NETWORKS", ""),
            retention=timedelta(days=int(environment.get("DELIVERY_RETENTION_DAYS", "30"))),
            connections_per_host=int(environment.get("CONNECTIONS_PER_HOST", "10")),
            success_log_rate=float(environment.get("SUCCESS_LOG_RATE", "0.01")),
        )
