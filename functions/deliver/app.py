"""The function `deliver`: takes batches from the Events and Retries queues."""

import gc
import os
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from deliver.environment import Environment, environment, logger
from deliver.events import Message, read_message
from ringback.errors import MalformedEvent, OurFault


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Deliver a batch; answers with the messages that SQS shall hand out again (`ReportBatchItemFailures`)."""
    deliver = environment()
    back: set[str] = set()
    messages = [message for record in event["Records"] if (message := _read(deliver, record, back))]
    run = deliver.pipeline.run(messages, time_left=lambda: context.get_remaining_time_in_millis() / 1000)
    back |= deliver.run(run)
    deliver.telemetry.flush()
    return {"batchItemFailures": [{"itemIdentifier": message} for message in sorted(back)]}


def _read(deliver: Environment, record: Mapping[str, Any], back: set[str]) -> Message | None:
    """The message in *record*; a malformed one goes to the dead letters, or is added to *back* if it cannot."""
    try:
        return read_message(record)
    except MalformedEvent as malformed:
        if deliver.dead_letters.bury(record, malformed):
            deliver.telemetry.buried(record["messageId"], malformed)
        else:
            back |= deliver.telemetry.returned({record["messageId"]}, OurFault("the dead letters did not take it"))
        return None


if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    environment()  # while Lambda starts us, it gives more processor than afterwards
    gc.freeze()  # what is there now is never looked through
    gc.enable()
