"""What the template sets: the only reader of the environment beside `app.py`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta


class MissingVariable(LookupError):  # noqa: N818 - named like the errors of `ringback.errors`
    """A function was started without a variable that it needs; the text names it, and no value of any other."""


def require(environment: Mapping[str, str], names: Iterable[str]) -> None:
    """See that all variables are there that a function *names*; an empty value is one.

    Raises:
        MissingVariable: some are not.
    """
    missing = [name for name in names if name not in environment]
    if missing:
        raise MissingVariable(f"not set: {', '.join(missing)}; template.yaml sets every variable of its functions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """One execution environment's settings; a missing one is a defect of the template and fails the start."""

    callbacks_table: str
    deliveries_table: str
    retries_queue_url: str
    dead_letters_url: str
    credentials_key: str
    sender_address: str
    mail_configuration: str
    """SES's configuration set, which reports what becomes of a mail; empty: nobody reports."""
    allowed_networks: str
    """Networks in CIDR form, separated by commas, that callbacks may reach beside public ones."""
    retention: timedelta
    """How long a delivery is kept."""
    connections_per_host: int
    """Attempts that one execution environment makes at a time to one host and port."""
    success_log_rate: float
    """Share of successful attempts that are logged, 0 to 1; failures always are."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Config":
        """Read the variables of the template; deliver and requeue each have those that they need."""
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
