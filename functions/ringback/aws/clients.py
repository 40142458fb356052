"""How Ringback talks to AWS: clients with short time-outs, and one mapping of their failures."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http import HTTPStatus
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session, get_session

from ringback.aws.contention import CONDITION, cancellation_reasons, retry_contention
from ringback.aws.dynamodb_json import speak_json
from ringback.errors import Conflict, InfrastructureError

CONNECT_SECONDS = 2
READ_SECONDS = 5
TRIES = 3
"""Of one call, botocore's own back-off between them; a batch must not wait longer for a table than for a receiver."""

# At DEBUG they would write whole requests, with customers' texts and URLs; at INFO, where botocore found credentials.
for _library in ("botocore", "urllib3"):
    logging.getLogger(_library).setLevel(logging.WARNING)


@cache
def _session() -> Session:
    """What `boto3.client` wraps; without boto3's own import, which brings all of S3's transfers: a tenth of a start."""
    return get_session()


def client(service: str, *, connections: int = 10, tries: int = TRIES) -> Any:  # noqa: ANN401 - boto3 makes the class at run time
    """The client that boto3 makes of *service*; region, endpoint and credentials come from the environment."""
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": tries},
        max_pool_connections=connections,
        parameter_validation=False,  # the service validates too, and mypy before it; a fifth of a delivery's CPU
    )
    made = _session().create_client(service, config=config)
    if service == "dynamodb":
        retry_contention(made)
        speak_json(made)
    return made


@contextmanager
def infrastructure_error(doing: str) -> Iterator[None]:
    """Make any failure of AWS inside the block an `InfrastructureError` that says what we were *doing*.

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
    """Whether the service has refused the call as it was, so that nothing of it was done."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", HTTPStatus.INTERNAL_SERVER_ERROR)
    return status < HTTPStatus.INTERNAL_SERVER_ERROR


def get_error_code(error: ClientError) -> str:
    """The service's own name for its *error*."""
    return error.response.get("Error", {}).get("Code", "unknown error")
