"""Look at what is on a queue of the local AWS without receiving it."""

import json
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from local.aws.cloud import Cloud


def messages_on(cloud: Cloud, url: str) -> list[dict[str, Any]]:
    """Return all messages of the queue at *url* as MiniStack has them, delayed and in flight ones too."""
    asked = f"{cloud.endpoint}/_ministack/sqs/messages?{urlencode({'QueueUrl': url})}"
    with urlopen(asked, timeout=5) as answer:  # noqa: S310 - http, on this machine
        regions = json.load(answer)["messages"].values()
    return [message for queues in regions for queue in queues.values() for one in queue.values() for message in one]
