"""The example of docs/custom-callback.yaml, deployed, changed and deleted beside the stack."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.api import Api
from local.aws.cloud import Cloud
from local.issuer import issuer
from local.paths import Paths
from tests.e2e.customer import FONENUMBER, Customer, eventually

EXAMPLE = (Path(__file__).parents[2] / "docs" / "custom-callback.yaml").read_text(encoding="utf-8")
OTHER = "3215553434"


class Stack:
    """A platform's own stack, with one customer's callbacks."""

    def __init__(self, cloud: Cloud, account: str, template: str = EXAMPLE) -> None:
        self._cloudformation = cloud.client("cloudformation")
        self._name = f"callbacks-{account}"
        self._template = template
        self._always = {"CallbackResourceArn": cloud.outputs["CallbackResourceArn"], "Account": account}

    def becomes(self, **parameters: str) -> str:
        """Create or change it; its status when that has ended."""
        given = self._always | {"Fonenumber": FONENUMBER, "Url": "https://example.com/ringback"} | parameters
        change = {
            "StackName": self._name,
            "TemplateBody": self._template,
            "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()],
        }
        try:
            self._cloudformation.create_stack(**change)
        except self._cloudformation.exceptions.AlreadyExistsException:
            self._cloudformation.update_stack(**change)
        self._settled()
        return self._status()

    def reasons(self) -> list[str]:
        """What CloudFormation says of each step."""
        events = self._cloudformation.describe_stack_events(StackName=self._name)["StackEvents"]
        return [event.get("ResourceStatusReason", "") for event in events]

    def outputs(self) -> Mapping[str, str]:
        """What it tells others."""
        return {one["OutputKey"]: one["OutputValue"] for one in self._settled()["Outputs"]}

    def is_deleted(self) -> None:
        """Delete it, and wait until it has gone."""
        self._cloudformation.delete_stack(StackName=self._name)
        eventually(lambda: self._status() in ("DELETE_COMPLETE", "DELETE_FAILED"))
        assert self._status() == "DELETE_COMPLETE"

    def _settled(self) -> Mapping[str, Any]:
        eventually(lambda: not self._status().endswith("IN_PROGRESS"))
        stack: Mapping[str, Any] = self._cloudformation.describe_stacks(StackName=self._name)["Stacks"][0]
        return stack

    def _status(self) -> str:
        try:
            status: str = self._cloudformation.describe_stacks(StackName=self._name)["Stacks"][0]["StackStatus"]
        except ClientError:
            return "DELETE_COMPLETE"  # it is not found by its name any more
        return status


@pytest.fixture
def stack(cloud: Cloud, customer: Customer) -> Stack:
    return Stack(cloud, customer.account)


@pytest.fixture
def api(cloud: Cloud, paths: Paths, customer: Customer) -> Iterator[Api]:
    caller = Api(str(cloud.api), issuer(paths, cloud.endpoint).token(customer.account))
    yield caller
    caller.close()


def messages_of(api: Api, fonenumber: str) -> Mapping[str, str] | None:
    """The declared callback for messages, as the API shows it; None where the number has nothing."""
    number = api.call("GET", f"/v2/fonenumbers/{fonenumber}")["fonenumber"]
    block: dict[str, str] = number["message_options"]["receive_notify"]
    return None if block["type"] == "None" else block


def test_callbacks_of_a_template_are_created_changed_replaced_and_deleted(api: Api, stack: Stack) -> None:
    assert stack.becomes(Fonenumber="+1 (321) 555-1212") == "CREATE_COMPLETE"
    assert stack.outputs() == {"Fonenumber": FONENUMBER}
    assert messages_of(api, FONENUMBER) == {
        "type": "Callback",
        "email": "",
        "method": "JSON",
        "url": "https://example.com/ringback",
    }

    assert stack.becomes(Url="https://example.com/new?m=((msg))", Method="GET") == "UPDATE_COMPLETE"
    changed = messages_of(api, FONENUMBER)
    assert changed
    assert (changed["method"], changed["url"]) == ("GET", "https://example.com/new?m=((msg))")

    assert stack.becomes(Fonenumber=OTHER) == "UPDATE_COMPLETE"
    assert messages_of(api, OTHER)
    eventually(lambda: messages_of(api, FONENUMBER) is None)

    stack.is_deleted()
    assert messages_of(api, OTHER) is None


def test_a_declared_password_is_sealed(cloud: Cloud, customer: Customer) -> None:
    """And it may be: no other test has the custom resource ask KMS."""
    url = "      Url: !Ref Url\n"
    assert EXAMPLE.count(url) == 1
    more = "      UrlUsername: alice\n      UrlPassword: open sesame\n"
    stack = Stack(cloud, customer.account, EXAMPLE.replace(url, url + more))

    assert stack.becomes() == "CREATE_COMPLETE"

    callback = customer.callback("messages/receive_notify") or {}
    assert callback["url_username"] == "alice"
    assert b"open sesame" not in bytes(callback["url_password"])
    stack.is_deleted()


def test_a_wrong_property_fails_the_stack_with_the_message_of_the_api(api: Api, stack: Stack) -> None:
    began = time.monotonic()
    status = stack.becomes(Url="https://example.com/((color))")

    assert "ROLLBACK" in status or "FAILED" in status
    assert any("unknown token" in reason and "((msg))" in reason for reason in stack.reasons())
    assert time.monotonic() - began < 30
    assert messages_of(api, FONENUMBER) is None
    stack.is_deleted()
