"""Run `deliver`'s handler in this process, as Lambda would, and the handler that people write instead."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from benchmarks.servers import HOST, Server
from local.invocation import AWS_ACCESS, deliver_variables

type Handler = Callable[[dict[str, Any], Any], Mapping[str, Any]]


def surroundings(cloud: Server) -> dict[str, str]:
    """Return the environment of `deliver`, as the template sets it, with AWS at *cloud*."""
    endpoint = f"http://{HOST}:{cloud.port}"
    return AWS_ACCESS | deliver_variables(
        AWS_ENDPOINT_URL=endpoint,
        CALLBACKS_TABLE="Callbacks",
        DELIVERIES_TABLE="Deliveries",
        RETRIES_QUEUE_URL=f"{endpoint}/123456789012/retries",
        DEAD_LETTERS_URL=f"{endpoint}/123456789012/dead",
        MAIL_CONFIGURATION="",
    )


@contextmanager
def deliver(cloud: Server, *, authorities: Path | None = None) -> Iterator[Handler]:
    """Create a fresh execution environment, which trusts a bundle of *authorities* instead of the one that it ships."""
    os.environ.update(surroundings(cloud))
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # the baselines too; the other processes have the rest
    from deliver import app, environment  # noqa: PLC0415 - its settings come from the environment
    from ringback.http import tls  # noqa: PLC0415

    if authorities:
        vars(tls)["default_authorities"] = lambda: str(authorities)
    environment.environment.cache_clear()
    yield app.lambda_handler
    environment.environment().close()


def sequential(record: Callable[[Mapping[str, Any]], None]) -> Handler:
    """Return the handler that people write: Powertools' `BatchProcessor`, `requests.post` one by one, a log line."""
    processor = BatchProcessor(event_type=EventType.SQS)

    def handler(event: dict[str, Any], context: Any) -> Mapping[str, Any]:  # noqa: ANN401 - a LambdaContext
        return process_partial_response(event=event, record_handler=record, processor=processor, context=context)

    return handler


def posting(url_of: Callable[[Mapping[str, Any]], str]) -> Handler:
    """Return `sequential` with the least that a delivery can do: no callback to look up, no guard, no record."""
    logger = Logger(service="sequential")

    def post(record: Any) -> None:  # noqa: ANN401 - an SQSRecord
        message = record.json_body
        response = requests.post(url_of(message), json=message["data"], timeout=15)
        response.raise_for_status()
        logger.info("delivered", extra={"id": message["id"], "status": response.status_code})

    return sequential(post)


@contextmanager
def unheard() -> Iterator[None]:
    """Write log lines and metrics, but to nowhere."""
    sys.stdout.flush()
    kept = os.dup(1)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        try:
            yield
        finally:
            sys.stdout.flush()
            os.dup2(kept, 1)
            os.close(kept)
