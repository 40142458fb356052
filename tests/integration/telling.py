"""Who was told: the platform on its bus, and customers by mail."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from ringback.storage.accounts import CONTACT
from tests.integration.stack import Stack, client

if TYPE_CHECKING:
    from collections.abc import Callable


def contact(stack: Stack, address: str) -> None:
    """Account 1000001 has one, as the API sets it."""
    item = {"owner": {"S": "1000001#*"}, "event": {"S": CONTACT}, "email": {"S": address}}
    stack.dynamodb.put_item(TableName="CallbacksTable", Item=item)


@pytest.fixture
def told(stack: object, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was put on the bus, with how many it was put there together."""
    del stack
    calls: list[dict[str, Any]] = []
    put: Callable[..., dict[str, Any]] = client("events").put_events

    def noted(*, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - EventBridge's name
        calls.extend({**entry, "Detail": json.loads(entry["Detail"]), "Together": len(Entries)} for entry in Entries)
        return put(Entries=Entries)

    monkeypatch.setattr(client("events"), "put_events", noted)
    return calls


@pytest.fixture
def letters(stack: object, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What SES was given."""
    del stack
    given: list[dict[str, Any]] = []
    send: Callable[..., dict[str, Any]] = client("sesv2").send_email

    def noted(**letter: Any) -> dict[str, Any]:
        given.append(letter)
        return send(**letter)

    monkeypatch.setattr(client("sesv2"), "send_email", noted)
    return given
