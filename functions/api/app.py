"""The Lambda function `api`, behind an API Gateway HTTP API (payload format 2.0)."""

import os
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from api.dispatch import Dispatcher
from api.environment import environment, logger
from api.routes import (
    account,
    account_deliveries,
    callbacks,
    catalog,
    console,
    console_sessions,
    deliveries,
    docs,
    egress,
)

ROUTERS = (
    callbacks.routes,
    catalog.routes,
    deliveries.routes,
    account_deliveries.routes,
    account.routes,
    egress.routes,
    console_sessions.routes,
    docs.routes,
    console.routes,
)

api = Dispatcher(ROUTERS, logger=logger)


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Handle one request."""
    return api.answer(event, context, environment())


if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    environment()  # fail during the init phase if a variable is missing
