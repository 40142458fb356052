"""The function `api`: answers requests of API Gateway (HTTP API, payload 2.0)."""

import os
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from api.answering import Api
from api.environment import Environment
from api.routes import accounts, deliveries, docs, events, settings

ROUTERS = (settings.routes, events.routes, deliveries.routes, accounts.routes, docs.routes)

logger = Logger(service="ringback")
api = Api(ROUTERS, logger=logger)


@cache
def environment() -> Environment:
    """This execution environment, made at the first request."""
    return Environment(os.environ)


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return api.answer(event, context, environment())
