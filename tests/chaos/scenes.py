"""What functions are given to do in a campaign: one batch, one minute, one request or one report for each path."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ringback.breaker import Breaker
from ringback.email.ses import build_tag
from ringback.models import (
    CallbackType,
    SigningSecrets,
    build_owner,
)
from tests.chaos import customer_calls as asked
from tests.chaos.customers import (
    ACCOUNT,
    EVENTS,
    KIND,
    NOBODY,
    SECRET,
    failed_before,
    fonenumber,
    message,
    retry_record,
    sets,
    stored,
)
from tests.chaos.world import World
from tests.integration.lambdas import record


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One thing that a function does, in a world that was made ready for it."""

    function: str
    event: Callable[[World], dict[str, Any]]
    """Makes the world ready, and the event for the function."""
    check: Callable[[World, dict[str, Any]], list[str]]
    """What is wrong when all has come to rest."""
    often: bool = False
    """Whether each of its points is tried many times, because what goes wrong there may depend on the moment."""


def a_batch(world: World) -> dict[str, Any]:
    """One message for each way that a message takes through `deliver`."""
    now = datetime.now(UTC)
    world.stack.callbacks().put_secrets(SigningSecrets(owner=build_owner(ACCOUNT, ""), current=SECRET, created=now))
    for place, path in enumerate(("ok/1", "ok/2", "down/3", "later/4", "gone/5"), start=1):
        sets(world, place, path)
    sets(world, 6, "", type=CallbackType.EMAIL, method=None, url="", email="owner@example.com")
    failed_before(world, sets(world, 7, "down/7"), 10, until=now + timedelta(hours=1))
    failed_before(world, sets(world, 8, "ok/8"), 10, until=now - timedelta(seconds=1))
    failed_before(world, sets(world, 9, "down/9"), 2)
    failed_before(world, sets(world, 10, "down/10"), 3)
    sets(world, 11, "ok/11", url_username="alice", url_password="not-a-real-password")
    again = stored(world, 2, due=now.replace(microsecond=0))
    receipt: dict[str, Any] = {
        "callback": {"url": NOBODY, "url_username": "alice", "url_password": "not-a-real-password"}
    }
    first = message(1)
    records = [
        first,
        json.loads(json.dumps(first)) | {"messageId": "twice"},
        *(message(place) for place in (2, 3, 4, 5, 6, 7, 8, 10, 11)),
        *(message(9) for _ in range(8)),
        message(2, kind="messages/confirm", **receipt),
        retry_record(again),
        record("no event"),
    ]
    return {"Records": records}


def the_dead_are_kept(world: World, _: dict[str, Any]) -> list[str]:
    """What is no event lies in the dead letters, and nothing else does."""
    bodies = {entry["MessageBody"] for entry in world.dead()}
    return [] if bodies == {"no event"} else [f"dead letters: {sorted(bodies)}"]


def a_minute(world: World) -> dict[str, Any]:
    """Twelve deliveries that are due, one that waits for a probe, and one whose endpoint has recovered."""
    now = datetime.now(UTC)
    for place in range(1, 13):
        sets(world, place, f"ok/{place}")
        stored(world, place, due=now.replace(microsecond=0) + timedelta(seconds=place))
    probed = failed_before(world, sets(world, 20, "ok/20"), 10, until=now + timedelta(seconds=30))
    stored(world, 20, waits_for=probed)
    recovered = sets(world, 21, "ok/21")
    world.stack.backlogs().announce((recovered.owner, recovered.event))
    stored(world, 21, waits_for=replace(recovered, breaker=Breaker(failures=10, failing_since=now)))
    return {}


def what_was_due_is_delivered(world: World, _: dict[str, Any]) -> list[str]:
    """The twelve have arrived; those that wait are no matter here."""
    owners = {build_owner(ACCOUNT, fonenumber(place)) for place in range(1, 13)}
    items = [item for item in world.stack.items("DELIVERIES_TABLE") if item["owner"]["S"] in owners]
    return [f"{item['delivery']['S']} is {item['status']['S']}" for item in items if item["status"]["S"] != "delivered"]


def a_bounce(world: World) -> dict[str, Any]:
    """A mail has bounced for good."""
    sets(world, 1, "", type=CallbackType.EMAIL, method=None, url="", email="owner@example.com")
    event: dict[str, Any] = json.loads((EVENTS / "mail-bounced.json").read_text(encoding="utf-8"))
    event["detail"]["mail"]["tags"]["callback"] = [build_tag((build_owner(ACCOUNT, fonenumber(1)), KIND))]
    return event


def is_off(world: World, _: dict[str, Any]) -> list[str]:
    """The callback is turned off."""
    key = (build_owner(ACCOUNT, fonenumber(1)), KIND)
    callback = world.stack.callbacks().load([key]).callback(key)
    return [] if callback and callback.disabled else ["the callback is still on"]


SCENES: Mapping[str, Scene] = {
    "deliver": Scene(function="deliver", event=a_batch, check=the_dead_are_kept),
    "requeue": Scene(function="requeue", event=a_minute, check=what_was_due_is_delivered),
    "api: set": Scene(function="api", event=asked.a_setting, check=asked.is_set),
    "api: set two": Scene(function="api", event=asked.two_settings, check=asked.both_are_set),
    "api: redeliver": Scene(function="api", event=asked.one_again, check=asked.all_are_delivered, often=True),
    "api: redeliver what waits": Scene(
        function="api", event=asked.one_sooner, check=asked.all_are_delivered, often=True
    ),
    "api: redeliver many": Scene(function="api", event=asked.many_again, check=asked.all_are_delivered),
    "api: create a secret": Scene(function="api", event=asked.a_first_secret, check=asked.shown_secrets_sign),
    "api: rotate a secret": Scene(function="api", event=asked.another_secret, check=asked.the_old_one_signs_too),
    "api: set a contact": Scene(function="api", event=asked.a_contact, check=asked.the_contact_is_set),
    "feedback": Scene(function="feedback", event=a_bounce, check=is_off),
}
"""Everything that is killed and failed, by name."""
