"""The function `deliver`: it takes batches from the queues of events and of retries."""

import gc
import os
from typing import TYPE_CHECKING, Any

ON_LAMBDA = "AWS_LAMBDA_RUNTIME_API" in os.environ
if ON_LAMBDA:
    gc.disable()  # until all is imported: what is made here stays, and looking through it is a twentieth of the start

from deliver.environment import environment, logger  # noqa: E402 - as the comment says

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Deliver a batch, and return the messages that SQS is to hand out again (`ReportBatchItemFailures`)."""
    deliver = environment()
    run = deliver.pipeline.run(event["Records"], time_left=lambda: context.get_remaining_time_in_millis() / 1000)
    returned = deliver.run(run)
    deliver.telemetry.flush()
    return {"batchItemFailures": [{"itemIdentifier": message} for message in sorted(returned)]}


if ON_LAMBDA:
    environment()  # Lambda gives more processor during the start than afterwards
    gc.freeze()  # the collector never looks at what is there now
    gc.enable()
