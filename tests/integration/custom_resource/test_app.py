"""`Custom::Callback`: what CloudFormation asks, and what it is told."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, cast

import pytest

from custom_resource import app as custom_resource
from local.invocation import Context
from ringback.errors import InfrastructureError
from ringback.models import Callback, build_owner
from tests.integration.calling import Api
from tests.integration.receivers import Receiver

ACCOUNT = "1000001"
NUMBER = "3215551212"
STACK_ID = "arn:aws:cloudformation:us-east-1:123456789012:stack/platform/51af3dc0"
PASSWORD = "planted-password"
PROPERTIES = {
    "ServiceToken": "arn:aws:lambda:us-east-1:123456789012:function:ringback",
    "Account": ACCOUNT,
    "Fonenumber": NUMBER,
    "Event": "messages/receive_notify",
    "Type": "Callback",
    "Url": "https://my.example.com/hook",
    "Method": "JSON",
    "UrlUsername": "user",
    "UrlPassword": PASSWORD,
}


@dataclass(kw_only=True)
class CloudFormation:
    """It asks, and gets its answer at a URL."""

    api: Api
    receiver: Receiver
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def asks(self, request: str, properties: dict[str, Any], *, resource: str = "Callback", **more: str) -> Any:
        event = {
            "RequestType": request,
            "ResponseURL": self.receiver.text_url,
            "StackId": STACK_ID,
            "RequestId": f"request-{next(self.numbers)}",
            "LogicalResourceId": resource,
            "ResourceType": "Custom::Callback",
            "ResourceProperties": PROPERTIES | properties,
            **more,
        }
        custom_resource.lambda_handler(event, cast("Any", Context(function_name="custom-resource")))
        told = self.receiver.received[-1]
        assert told.line == "PUT /hook HTTP/1.1"
        assert "content-type" not in told.headers
        answer = json.loads(told.body)
        for name in ("StackId", "RequestId", "LogicalResourceId"):
            assert answer[name] == event[name]
        assert PASSWORD not in told.body.decode()
        return answer

    def callback(self, event: str = "messages/receive_notify") -> Callback | None:
        return self.api.parts.numbers.callback((build_owner(ACCOUNT, NUMBER), event))


@pytest.fixture
def cloudformation(api: Api, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> CloudFormation:
    monkeypatch.setattr(custom_resource, "environment", lambda: api.parts)
    return CloudFormation(api=api, receiver=receiver)


def test_a_resource_is_created_updated_and_deleted(cloudformation: CloudFormation) -> None:
    created = cloudformation.asks("Create", {})
    first = cloudformation.callback()
    updated = cloudformation.asks(
        "Update", {"Url": "https://my.example.com/other"}, PhysicalResourceId=created["PhysicalResourceId"]
    )
    second = cloudformation.callback()
    deleted = cloudformation.asks("Delete", {}, PhysicalResourceId=updated["PhysicalResourceId"])

    assert {answer["Status"] for answer in (created, updated, deleted)} == {"SUCCESS"}
    assert (
        created["PhysicalResourceId"] == updated["PhysicalResourceId"] == f"{ACCOUNT}#{NUMBER}|messages/receive_notify"
    )
    assert created["Data"] == {"Account": ACCOUNT, "Fonenumber": NUMBER, "Event": "messages/receive_notify"}
    assert first
    assert second
    assert (first.url, first.url_password, second.url) == (
        "https://my.example.com/hook",
        PASSWORD,
        "https://my.example.com/other",
    )
    assert cloudformation.callback() is None


def test_another_number_or_event_is_a_replacement(cloudformation: CloudFormation) -> None:
    created = cloudformation.asks("Create", {})
    moved = cloudformation.asks(
        "Update", {"Event": "calls/send_notify"}, PhysicalResourceId=created["PhysicalResourceId"]
    )

    assert moved["PhysicalResourceId"] != created["PhysicalResourceId"]
    assert cloudformation.callback("calls/send_notify")
    cloudformation.asks("Delete", {}, PhysicalResourceId=created["PhysicalResourceId"])
    assert cloudformation.callback() is None
    assert cloudformation.callback("calls/send_notify")


def test_a_resource_that_was_renamed_does_not_lose_its_callback(cloudformation: CloudFormation) -> None:
    """CloudFormation creates the new one, and then deletes the old one, which stands for the same callback."""
    created = cloudformation.asks("Create", {}, resource="Old")
    cloudformation.asks("Create", {}, resource="New")
    deleted = cloudformation.asks("Delete", {}, resource="Old", PhysicalResourceId=created["PhysicalResourceId"])

    assert deleted["Status"] == "SUCCESS"
    assert cloudformation.callback()


def test_what_a_customer_set_since_goes_with_the_resource(cloudformation: CloudFormation) -> None:
    created = cloudformation.asks("Create", {})
    fields = {"fonenumber": NUMBER, "type": "Email", "email": "a@example.com"}
    cloudformation.api.post("/v2/messages/receive_notify", fields)

    cloudformation.asks("Delete", {}, PhysicalResourceId=created["PhysicalResourceId"])

    assert cloudformation.callback() is None


def test_a_wrong_property_fails_the_stack_with_the_api_s_message_and_removes_nothing(
    cloudformation: CloudFormation,
) -> None:
    fields = {"fonenumber": NUMBER, "type": "Email", "email": "a@example.com"}
    cloudformation.api.post("/v2/messages/receive_notify", fields)

    failed = cloudformation.asks("Create", {"Method": "PATCH"})
    rolled_back = cloudformation.asks("Delete", {"Method": "PATCH"}, PhysicalResourceId=failed["PhysicalResourceId"])

    assert (failed["Status"], rolled_back["Status"]) == ("FAILED", "SUCCESS")
    assert failed["Reason"] == 'Method: given "PATCH"; messages/receive_notify allows GET, POST, JSON'
    callback = cloudformation.callback()
    assert callback
    assert callback.email == "a@example.com"


def test_a_failed_update_stays_the_resource_that_it_was(cloudformation: CloudFormation) -> None:
    created = cloudformation.asks("Create", {})
    failed = cloudformation.asks(
        "Update",
        {"Event": "calls/send_notify", "Url": "https://127.0.0.1:25/"},
        PhysicalResourceId=created["PhysicalResourceId"],
    )

    assert failed["PhysicalResourceId"] == created["PhysicalResourceId"]
    assert failed["Reason"].startswith("Url: port 25")
    assert cloudformation.callback()


def test_type_none_is_no_callback(cloudformation: CloudFormation) -> None:
    cloudformation.asks("Create", {})

    assert cloudformation.asks("Update", {"Type": "None"}, PhysicalResourceId="x")["Status"] == "SUCCESS"
    assert cloudformation.callback() is None


def test_a_fault_of_ours_fails_the_stack_at_once_without_a_secret(
    cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object, **__: object) -> None:
        raise ZeroDivisionError(PASSWORD)

    monkeypatch.setattr(cloudformation.api.parts.numbers, "change", explode)

    answer = cloudformation.asks("Create", {})

    assert (answer["Status"], answer["Reason"]) == (
        "FAILED",
        "internal error of Ringback; see the log of its function custom-resource",
    )


def test_a_refused_answer_does_not_give_away_where_it_was_to_go(cloudformation: CloudFormation) -> None:
    """The URL is signed: whoever has it answers in our name."""
    cloudformation.receiver.status = 403

    with pytest.raises(InfrastructureError, match=r"^answering CloudFormation: HTTPError 403$"):
        cloudformation.asks("Create", {})
