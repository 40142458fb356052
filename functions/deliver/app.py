"""The function `deliver`: takes batches from the Events and Retries queues."""

import gc
import os
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from deliver.environment import environment, logger


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Deliver a batch; answers with the messages that SQS shall hand out again (`ReportBatchItemFailures`)."""
    deliver = environment()
    run = deliver.pipeline.run(event["Records"], time_left=lambda: context.get_remaining_time_in_millis() / 1000)
    back = deliver.run(run)
    deliver.telemetry.flush()
    return {"batchItemFailures": [{"itemIdentifier": message} for message in sorted(back)]}


if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    environment()  # while Lambda starts us, it gives more processor than afterwards
    gc.freeze()  # what is there now is never looked through
    gc.enable()
