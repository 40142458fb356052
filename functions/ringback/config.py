"""Read a function's configuration from the environment variables that the template sets.

A configuration is a frozen dataclass whose fields say everything: their names in upper case are the variables, their
types parse them, and a missing one fails the start. **A field has a default only while the last release does not set
its variable**: during an update, new code runs for a moment with the old variables.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, field, fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ringback.frozen import frozen

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class MissingVariable(LookupError):  # noqa: N818 - named like the errors of `ringback.errors`
    """A function was started without a variable that it needs; the text names it, but no value of any other."""


class InvalidVariable(ValueError):  # noqa: N818 - as above
    """A variable has a value that its field cannot hold; the text names it without the value."""


def variable(parse: Callable[[str], Any], *, name: str = "") -> Mapping[str, Any]:
    """Return the metadata of a field that has its own parser, or a variable that is named differently."""
    return {"parse": parse, "name": name}


def variable_names(config: "type[DataclassInstance]", *, required_only: bool = False) -> tuple[str, ...]:
    """Return the names of the variables that *config* is read from."""
    return tuple(_name(one) for one in fields(config) if one.default is MISSING or not required_only)


def read_config[Config: "DataclassInstance"](config: type[Config], environment: Mapping[str, str]) -> Config:
    """Read *config* from the variables in *environment*.

    Raises:
        MissingVariable: variables are missing; an empty one is not.
        InvalidVariable: a variable has a value that its field cannot hold.
    """
    require(environment, variable_names(config, required_only=True))
    given = [one for one in fields(config) if _name(one) in environment]
    return config(**{one.name: _parse(one, environment[_name(one)]) for one in given})


def require(environment: Mapping[str, str], names: Iterable[str]) -> None:
    """Check that *environment* has all variables in *names*.

    Raises:
        MissingVariable: some are missing.
    """
    missing = [name for name in names if name not in environment]
    if missing:
        raise MissingVariable(f"not set: {', '.join(missing)}; template.yaml sets every variable of its functions")


def parse_days(text: str) -> timedelta:
    """Parse a number of days."""
    return timedelta(days=int(text))


def parse_list(text: str) -> tuple[str, ...]:
    """Parse a comma-separated list."""
    return tuple(filter(None, text.split(",")))


def _name(one: Field[Any]) -> str:
    return str(one.metadata.get("name") or one.name.upper())


def _parse(one: Field[Any], text: str) -> Any:  # noqa: ANN401 - a field is anything
    parse = one.metadata.get("parse", one.type)
    try:
        return parse(text)
    except ValueError:
        raise InvalidVariable(f"{_name(one)}: its value is invalid; template.yaml allows valid ones only") from None


@frozen
class MailConfig:
    """The settings of a function that sends mail and notifies contacts."""

    callbacks_table: str
    sender_address: str
    mail_configuration: str
    """The SES configuration set that reports what happens to mails; empty for no reports."""


@frozen
class StackConfig(MailConfig):
    """The resources of the stack that attempts and their records need."""

    deliveries_table: str
    retries_queue_url: str
    credentials_key: str
    allowed_networks: str
    """Networks in CIDR notation, comma-separated, that callbacks may reach in addition to public addresses."""
    retention: timedelta = field(metadata=variable(parse_days, name="DELIVERY_RETENTION_DAYS"))
    """How long a delivery is kept."""


@frozen
class Config(StackConfig):
    """The settings of `deliver`."""

    dead_letters_url: str
    connections_per_host: int
    """Concurrent connections of one execution environment to one host and port, for each account."""
    success_log_rate: float
    """Share of successful attempts that are logged, from 0 to 1; failed ones always are."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Config":
        """Read the settings from *environment*."""
        return read_config(cls, environment)
