"""The Lambda function `feedback`: bounces, complaints and rejections that SES reports on EventBridge."""

import os
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from feedback.environment import environment, logger
from feedback.ses_events import read_report
from ringback.errors import InfrastructureError


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Act on one report; if that fails, Lambda retries twice and then sends it to the dead-letter queue."""
    env = environment()
    report = read_report(event)
    acted = env.feedback.act(report)
    env.telemetry.reported(report, disabled=acted.disabled)
    env.notifier.flush(lambda: context.get_remaining_time_in_millis() / 1000)
    env.telemetry.flush()
    if acted.too_early:
        raise InfrastructureError("a report of SES came before the record of its delivery; it will be retried")


if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    environment()  # fail during the init phase if a variable is missing
