"""What happens during the run that is drawn: customers set callbacks, and the platform sends events for two minutes."""

import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from itertools import batched, count
from threading import Event
from typing import Any, Final

from local.api import Api
from local.cloud import Cloud
from local.issuer import issuer
from local.places import Places
from local.receiver import Receiver
from ringback.catalog.payload import lookup
from tools.dashboard.endpoints import Customer, customers

KIND: Final = "messages/receive_notify"
FONENUMBER: Final = "3215551212"
SECONDS: Final = 150
"""For which events are sent."""

MALFORMED: Final = (
    "this is not JSON",
    json.dumps({"event": "messages/teleported", "fonenumber": FONENUMBER}),
    json.dumps({"event": KIND, "fonenumber": "555"}),
)
MALFORMED_SHARE: Final = 0.1
"""Of the seconds have one of those."""
TWICE_SHARE: Final = 0.03
"""Of the events are sent twice."""
SENT_AT_ONCE: Final = 10
"""SendMessageBatch's limit."""

_numbers = count(1)


@contextmanager
def set_up(cloud: Cloud, places: Places, dice: random.Random) -> Iterator[tuple[Sequence[Customer], Api]]:
    """The customers with their servers, and the API as the first of them calls it."""
    over, known = Event(), issuer(places, cloud.endpoint)
    with ExitStack() as stack:
        everybody = customers(dice, over)
        for number, customer in enumerate(everybody, start=1):
            api = Api(str(cloud.api), known.token(customer.account))
            fields = dict(customer.fields)
            if customer.answering:
                receiver = stack.enter_context(Receiver(customer.answering, host=f"127.0.0.{number}"))
                fields = {"url": f"{receiver.url}/hook", **fields}
            setting = {"fonenumber": FONENUMBER, "type": "Callback", "method": "JSON"} | fields
            api.call("POST", f"/v2/{KIND}", setting)
            api.close()
        first = Api(str(cloud.api), known.token(everybody[0].account))
        stack.callback(first.close)
        stack.callback(over.set)
        yield everybody, first


def send(cloud: Cloud, everybody: Sequence[Customer], dice: random.Random, each_second: Callable[[], None]) -> None:
    """Events of *everybody* for as long as the run lasts, and what else happens *each_second*."""
    sqs, began = cloud.client("sqs"), time.monotonic()
    for second in range(SECONDS):
        bodies = [message for customer in everybody for message in _messages(customer, dice)]
        if dice.random() < MALFORMED_SHARE:
            bodies.append(("2000001", dice.choice(MALFORMED)))
        entries = [
            {"Id": str(number), "MessageBody": body, "MessageGroupId": account}
            for number, (account, body) in enumerate(bodies)
        ]
        for some in batched(entries, SENT_AT_ONCE, strict=False):
            sqs.send_message_batch(QueueUrl=cloud.outputs["EventsQueueUrl"], Entries=list(some))
        each_second()
        time.sleep(max(0.0, began + second + 1 - time.monotonic()))


def _messages(customer: Customer, dice: random.Random) -> Iterator[tuple[str, str]]:
    many = int(customer.per_second) + (dice.random() < customer.per_second % 1)
    for _ in range(many):
        body = json.dumps(_event(customer.account))
        yield from [(customer.account, body)] * (2 if dice.random() < TWICE_SHARE else 1)


def _event(account: str) -> dict[str, Any]:
    number = next(_numbers)
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    data = dict(lookup(KIND).example) | {"mood": "curious"} if number % 40 == 0 else dict(lookup(KIND).example)
    return {
        "event": KIND,
        "account": account,
        "fonenumber": FONENUMBER,
        "id": f"{number:032x}",
        "time": now,
        "data": data,
    }
