"""The function `api`: answers requests of API Gateway (HTTP API, payload 2.0)."""

import os
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from api.answering import Api
from api.environment import Environment
from api.routes import account_deliveries, accounts, console, deliveries, docs, events, settings
from ringback.settings import demand

NEEDS = (
    "CALLBACKS_TABLE",
    "DELIVERIES_TABLE",
    "RETRIES_QUEUE_URL",
    "CREDENTIALS_KEY",
    "SENDER_ADDRESS",
    "MAIL_CONFIGURATION",
    "ALLOWED_NETWORKS",
    "DELIVERY_RETENTION_DAYS",
    "AUTHORIZATION",
    "ACCOUNT_CLAIM",
    "REQUESTS_PER_SECOND",
    "BURST",
    "CONSOLE",
    "CONSOLE_NAME",
    "CONSOLE_COLOR",
    "CONSOLE_FRAMES",
    "CONSOLE_RETURN_URL",
)
"""Variables without which it does not start."""

ROUTERS = (
    callbacks.routes,
    catalog.routes,
    deliveries.routes,
    account_deliveries.routes,
    account.routes,
    egress.routes,
    docs.routes,
    console.routes,
)

api = Api(ROUTERS, logger=logger)


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return api.answer(event, context, environment())


if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    environment()  # what is missing is said while Lambda starts us
