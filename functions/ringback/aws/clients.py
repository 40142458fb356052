"""Create clients of AWS with short time-outs, and turn their errors into Ringback's."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http import HTTPStatus
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session, get_session

from ringback.aws.batch_calls import call_directly
from ringback.aws.contention import CONDITION, cancellation_reasons, retry_contention
from ringback.errors import Conflict, InfrastructureError

CONNECT_SECONDS = 2
READ_SECONDS = 5
TRIES = 3
"""Tries of one call, with botocore's back-off between; a batch must not wait longer for a table than for a receiver."""

# At DEBUG they would write whole requests, with customers' texts and URLs; at INFO, where botocore found credentials.
for _library in ("botocore", "urllib3"):
    logging.getLogger(_library).setLevel(logging.WARNING)


@cache
def session() -> Session:
    """Return the session that boto3 wraps; importing boto3 itself adds S3's transfers, a tenth of a cold start."""
    return get_session()


def client(service: str, *, connections: int = 10, tries: int = TRIES) -> Any:  # noqa: ANN401 - boto3 makes the class at run time
    """Create the client of *service*; region, endpoint and credentials come from the environment."""
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": tries},
        max_pool_connections=connections,
        parameter_validation=False,  # the service validates, and so does mypy; it took a fifth of a delivery's CPU
    )
    created = session().create_client(service, config=config)
    if service == "dynamodb":
        retry_contention(created)
        call_directly(
            created,
            session().get_credentials(),
            connect_seconds=CONNECT_SECONDS,
            read_seconds=READ_SECONDS,
            authorities=session().get_config_variable("ca_bundle") or "",
        )
    return created


@contextmanager
def infrastructure_error(doing: str) -> Iterator[None]:
    """Turn any error of AWS in the block into an `InfrastructureError` that says what we were *doing*.

    Raises:
        Conflict: the condition of a write did not hold.
    """
    try:
        yield
    except ClientError as error:
        reasons = set(cancellation_reasons(error.response)) - {"None"}
        if get_error_code(error) == "ConditionalCheckFailedException" or CONDITION in reasons:
            raise Conflict(doing, stands=error.response.get("Item")) from error  # type: ignore[arg-type] # of its stubs
        raise InfrastructureError(f"{doing}: {', '.join([get_error_code(error), *sorted(reasons)])}") from error
    except BotoCoreError as error:
        raise InfrastructureError(f"{doing}: {type(error).__name__}") from error  # its text may repeat what we sent


def is_refusal(error: ClientError) -> bool:
    """Return whether the service refused the call itself, so that none of it was done."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", HTTPStatus.INTERNAL_SERVER_ERROR)
    return status < HTTPStatus.INTERNAL_SERVER_ERROR


def get_error_code(error: ClientError) -> str:
    """Return the service's code for *error*."""
    return error.response.get("Error", {}).get("Code", "unknown error")
