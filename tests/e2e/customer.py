"""A customer of the platform, with a number, and what happens on it."""

import json
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from local.aws.cloud import Cloud
from local.aws.queues import messages_on
from local.demo.platform import put
from ringback.aws.kms import Credentials
from ringback.callbacks.parse import parse_public_setting
from ringback.catalog.payload import lookup
from ringback.models import SigningSecrets, build_owner
from ringback.storage.callbacks import CallbackStore
from ringback.storage.compression import unpack

FONENUMBER = "3215551212"

HELLO = {"to": FONENUMBER, "from": "3215551111", "msg": "hello world", "id": "0c4055acc5cc2736d818c96f4421b2f5"}
"""The guide's example, under the names that the platform uses."""

HELLO_BODY = b'{"to":"3215551212","from":"3215551111","message":"hello world","id":"0c4055acc5cc2736d818c96f4421b2f5"}'
"""What it is on the wire, word for word as in the guide."""

NEVER_LOGGED = ("hello world", "hello%20world", "open sesame")
"""The text of that example, and the password that tests set: after all tests, no function has logged one of them."""

DESERIALIZE = TypeDeserializer().deserialize

PATIENCE_SECONDS = 30
"""A cold start takes about 3 s on a busy machine, a first retry 4 to 6 s."""


class Customer:
    """One account; each has a new name, so that tests share neither data nor caches."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.account = f"1{secrets.randbelow(10**9):09}"
        self._store = _store(cloud)

    def wants(self, kind: str, **fields: str) -> None:
        """Set a callback, beside the API; a method goes without saying what type that is."""
        implied = {"type": "Email"} if "email" in fields else {"type": "Callback"}
        callback = parse_public_setting(
            lookup(kind), implied | fields, owner=build_owner(self.account, FONENUMBER), allowed=None
        )
        assert callback, f"{kind}: these fields set no callback"
        self._store.put(callback)

    def signs_with(self, secret: str) -> None:
        """Have requests signed."""
        self._store.put_secrets(SigningSecrets(owner=build_owner(self.account, ""), current=secret))

    def event(self, kind: str, data: Mapping[str, Any], **more: object) -> dict[str, Any]:
        """The platform's message."""
        return {"event": kind, "account": self.account, "fonenumber": FONENUMBER, **more, "data": dict(data)}

    def happens(self, kind: str, data: Mapping[str, Any], **more: object) -> None:
        """Put the message on the Events queue."""
        put(self.cloud, json.dumps(self.event(kind, data, **more), ensure_ascii=False))

    def happens_on_topic(self, kind: str, data: Mapping[str, Any]) -> None:
        """Publish the message to an SNS topic that the Events queue is subscribed to."""
        sns = self.cloud.client("sns")
        topic = sns.create_topic(Name="telephony")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=self.cloud.outputs["EventsQueueArn"])
        sns.publish(TopicArn=topic, Message=json.dumps(self.event(kind, data)))

    def happens_on_bus(self, kind: str, data: Mapping[str, Any], *, detail_type: str = "ringback.event") -> None:
        """Put the message on the EventBridge bus."""
        entry = {"Source": "telephony", "DetailType": detail_type, "Detail": json.dumps(self.event(kind, data))}
        self.cloud.client("events").put_events(Entries=[entry])

    def callback(self, kind: str) -> Mapping[str, Any] | None:
        """The callback for *kind*, as the table has it."""
        return next((item for item in self._items("CallbacksTable") if item["event"] == kind), None)

    def deliveries(self) -> list[dict[str, Any]]:
        """The customer's log, as the table has it, with what is packed."""
        return [unpack(bytes(delivery["packed"])) | delivery for delivery in self._items("DeliveriesTable")]

    def statuses(self) -> list[str]:
        """The status of each of the customer's deliveries."""
        return [delivery["status"] for delivery in self.deliveries()]

    def is_due_at(self, moment: float) -> None:
        """Have the customer's only delivery wait until *moment*, in seconds since 1970, and no longer."""
        (delivery,) = self.deliveries()
        self.cloud.client("dynamodb").update_item(
            TableName=self.cloud.outputs["DeliveriesTable"],
            Key={name: {"S": delivery[name]} for name in ("owner", "delivery")},
            UpdateExpression="SET due = :due",
            ExpressionAttributeValues={":due": {"N": str(int(moment * 1000))}},
        )

    def requeue(self) -> Any:
        """Run requeue now instead of within the minute; what it answers."""
        name = self.cloud.outputs["RequeueFunctionName"]
        return json.load(self.cloud.client("lambda").invoke(FunctionName=name, Payload=b"{}")["Payload"])

    def _items(self, table: str) -> list[dict[str, Any]]:
        answer = self.cloud.client("dynamodb").query(
            TableName=self.cloud.outputs[table],
            KeyConditionExpression="#owner = :owner",
            ExpressionAttributeNames={"#owner": "owner"},
            ExpressionAttributeValues={":owner": {"S": f"{self.account}#{FONENUMBER}"}},
            ConsistentRead=True,
        )
        return [{name: DESERIALIZE(value) for name, value in item.items()} for item in answer["Items"]]


def _store(cloud: Cloud) -> CallbackStore:
    kms = cloud.client("kms")
    return CallbackStore(
        table=cloud.outputs["CallbacksTable"],
        dynamodb=cloud.client("dynamodb"),
        credentials=Credentials(key=cloud.outputs["CredentialsKeyArn"], kms=lambda: kms),
    )


def eventually[T](look: Callable[[], T], *, seconds: float = PATIENCE_SECONDS) -> T:
    """What *look* gives as soon as that is true; the test fails where it never is."""
    until = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < until, f"nothing after {seconds} s"
        time.sleep(0.05)
    return seen


def dead_letters(cloud: Cloud, account: str) -> list[dict[str, Any]]:
    """The dead letters of *account*, looked at without taking them off their queue."""
    letters = messages_on(cloud, cloud.outputs["DeadLettersUrl"])
    return [letter for letter in letters if letter["MessageGroupId"] == account]
