"""A platform that listens on the event bus for what becomes of its customers' callbacks."""

import json
from typing import Any

from local.aws.cloud import Cloud
from local.aws.queues import messages_on
from tests.e2e.customer import Customer


class Bus:
    """A platform that hears every notice on the bus, of whomever it is."""

    def __init__(self, cloud: Cloud, name: str) -> None:
        self._cloud = cloud
        sqs, events = cloud.client("sqs"), cloud.client("events")
        self._url = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        events.put_rule(Name=name, EventPattern=json.dumps({"source": ["ringback"]}))
        events.put_targets(Rule=name, Targets=[{"Id": name, "Arn": arn}])

    def heard(self) -> list[dict[str, Any]]:
        """All so far."""
        return [json.loads(message["Body"]) for message in messages_on(self._cloud, self._url)]


class Notices:
    """What a platform hears of one customer that wants to hear everything."""

    def __init__(self, customer: Customer) -> None:
        self._bus = Bus(customer.cloud, f"notices-{customer.account}")
        self._account = customer.account

    def kinds(self) -> set[str]:
        """What it has heard so far."""
        return {one["detail-type"] for one in self._bus.heard() if one["detail"]["account"] == self._account}
