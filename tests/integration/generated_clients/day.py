"""A customer's day with the client that openapi-python-client makes; prints what came of it."""

import json
import os

from ringback_client import AuthenticatedClient
from ringback_client.api.callbacks import get_fonenumber, set_messages_receive_notify
from ringback_client.api.deliveries import list_deliveries, redeliver
from ringback_client.api.events import preview, test
from ringback_client.models import (
    DeliveryStatus,
    HttpPreview,
    NumberCallback,
    Problem,
    TrialInput,
    TrialInputDataType0,
)

NUMBER = "3215551212"
KIND = {"group": "messages", "name": "receive_notify"}

client = AuthenticatedClient(
    base_url=os.environ["API"],
    token=os.environ["TOKEN"],
    prefix="",
    auth_header_name="token",
    raise_on_unexpected_status=True,
)
wanted = NumberCallback(fonenumber=NUMBER, type_="Callback", method="JSON", url=os.environ["RECEIVER"])
told: dict[str, object] = {}

number = set_messages_receive_notify.sync(client=client, body=wanted)
told["set"] = number.fonenumber.message_options.receive_notify.url

data = TrialInputDataType0.from_dict({"msg": "50% off"})
shown = preview.sync(client=client, fonenumber=NUMBER, **KIND, body=TrialInput(data=data)).preview
told["preview"] = [isinstance(shown, HttpPreview), shown.method, shown.body]

tested = test.sync(client=client, fonenumber=NUMBER, **KIND, body=TrialInput(data=data)).delivery
told["test"] = [tested.status, tested.attempts[0].reason]

failing = list_deliveries.sync(client=client, fonenumber=NUMBER, status=DeliveryStatus.PENDING).deliveries
told["list"] = [[one.event, one.last_attempt.status] for one in failing]

again = redeliver.sync(client=client, fonenumber=NUMBER, delivery=failing[0].id)
told["redeliver"] = [again.delivery.id == failing[0].id, again.delivery.status]

wrong = get_fonenumber.sync(client=client, fonenumber="123")
told["problem"] = [isinstance(wrong, Problem), wrong.status_code]

print(json.dumps(told))  # noqa: T201 - its test reads it
