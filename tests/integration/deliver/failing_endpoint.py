"""A customer's endpoint that fails, the state of its callback, and what waits for it."""

from datetime import timedelta
from typing import Any

import pytest

from api.schemas.callbacks import describe_health
from ringback.models import Callback, Delivery
from tests.integration.delivering import KIND, MESSAGE, OWNER, Platform
from tests.integration.lambdas import record

MINUTE = timedelta(minutes=1)
KEY = (OWNER, KIND)


def events(count: int, start: int = 0) -> list[dict[str, Any]]:
    """Messages of *count* different events."""
    return [record(MESSAGE | {"id": str(number)}) for number in range(start, start + count)]


def callback(platform: Platform) -> Callback:
    found = platform.stack.callbacks().load([KEY]).callback(KEY)
    assert found
    return found


def state(platform: Platform) -> str | int:
    return describe_health(callback(platform))["state"]


def by_id(platform: Platform) -> dict[str, Delivery]:
    return {delivery.event.id: delivery for delivery in platform.deliveries()}


@pytest.fixture
def opened(platform: Platform) -> Platform:
    """A platform whose customer's endpoint has just failed ten times in a row."""
    platform.set()
    platform.receiver.status = 500
    assert platform.invoke(*events(10)) == []
    return platform
