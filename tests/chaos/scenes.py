"""What functions are given to do in a campaign: one batch, one minute, one request or one report for each path."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from ringback.breaker import Breaker
from ringback.delivery_ids import delivery_id
from ringback.mail_tags import tag_of
from ringback.models import (
    Attempt,
    AttemptReason,
    Callback,
    CallbackType,
    Delivery,
    DeliveryStatus,
    Event,
    Method,
    Outcome,
    SigningSecrets,
    owner_of,
)
from ringback.waiting import in_line
from tests.chaos.world import World
from tests.integration.calling import request
from tests.integration.lambdas import record

KIND = "messages/receive_notify"
SENT = "messages/send_notify"
ACCOUNT = "1000001"
EVENTS = Path(__file__).parents[2] / "events"
SECRET = "whsec_" + "QUFB" * 8
NOBODY = "https://127.0.0.1:1024/receipt"
"""Where nobody listens."""
RETENTION = timedelta(days=30)

_numbers = count(1)


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


def fonenumber(place: int) -> str:
    """One of many numbers."""
    return f"321{place:07}"


def message(place: int, *, account: str = ACCOUNT, kind: str = KIND, **fields: Any) -> dict[str, Any]:
    """The record of an event at the number of *place*."""
    number = next(_numbers)
    body = {
        "event": kind,
        "account": account,
        "fonenumber": fonenumber(place),
        "id": f"{number:032x}",
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "data": {"to": fonenumber(place), "from": "3215551111", "msg": f"hello {number}", "id": f"{number:032x}"},
        **fields,
    }
    return record(json.dumps(body), message=f"message-{number}", group=account)


def sets(world: World, place: int, path: str, *, account: str = ACCOUNT, **changes: Any) -> Callback:
    """The customer of *place* sets a callback that leads to *path* of the receivers."""
    callback = Callback(
        owner=owner_of(account, fonenumber(place)),
        event=KIND,
        type=CallbackType.CALLBACK,
        method=Method.JSON,
        url=world.url(path),
    )
    callback = replace(callback, **changes)
    world.stack.callbacks().put(callback)
    return callback


def failed_before(world: World, callback: Callback, failures: int, *, until: datetime | None = None) -> Callback:
    """The endpoint of *callback* has failed so often; with *until* its breaker is open, and its line announced."""
    now = datetime.now(UTC)
    health = world.stack.health()
    breaker = health.failed(callback, failures, since=now)
    assert breaker
    if until:
        world.stack.lines().announce((callback.owner, callback.event))
        breaker = replace(breaker, open_until=until)
        health.open(callback, breaker)
    return replace(callback, breaker=breaker)


def stored(  # noqa: PLR0913 - what a delivery may be
    world: World,
    place: int,
    *,
    status: DeliveryStatus = DeliveryStatus.PENDING,
    account: str = ACCOUNT,
    due: datetime | None = None,
    waits_for: Callback | None = None,
) -> Delivery:
    """A delivery with one attempt that failed, in the table; *due* is on the index, *waits_for* in its line."""
    now = datetime.now(UTC)
    number = next(_numbers)
    event = Event(
        kind=KIND,
        account=account,
        fonenumber=fonenumber(place),
        id=f"{number:032x}",
        time=now.replace(microsecond=0),
        data={"to": fonenumber(place), "from": "3215551111", "message": "hello", "id": f"{number:032x}"},
    )
    attempt = Attempt(
        number=1, at=now, reason=AttemptReason.EVENT, outcome=Outcome.STATUS, status=503, milliseconds=5, detail="503"
    )
    delivery = Delivery(id=delivery_id(event), event=event, created=now).after(attempt, status=status, due=due)
    if waits_for:
        delivery = in_line(delivery, waits_for, now=now, retention=RETENTION)
    world.stack.deliveries().record([delivery], parked=lambda one: bool(one.line) or one.due is not None)
    world.arrived[delivery.id] += 1
    return delivery


def retry_record(delivery: Delivery) -> dict[str, Any]:
    """The message that brings *delivery* back."""
    assert delivery.due
    due = round(delivery.due.timestamp() * 1000)
    body = f'{{"version":1,"owner":"{delivery.owner}","delivery":"{delivery.id}","due":{due}}}'
    return record(body, group=delivery.event.account)


def a_batch(world: World) -> dict[str, Any]:
    """One message for each way that a message takes through `deliver`."""
    now = datetime.now(UTC)
    world.stack.callbacks().put_secrets(SigningSecrets(owner=owner_of(ACCOUNT, ""), current=SECRET, created=now))
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
    world.stack.lines().announce((recovered.owner, recovered.event))
    stored(world, 21, waits_for=replace(recovered, breaker=Breaker(failures=10, failing_since=now)))
    return {}


def what_was_due_is_delivered(world: World, _: dict[str, Any]) -> list[str]:
    """The twelve have arrived; those that wait are no matter here."""
    owners = {owner_of(ACCOUNT, fonenumber(place)) for place in range(1, 13)}
    items = [item for item in world.stack.items("DELIVERIES_TABLE") if item["owner"]["S"] in owners]
    return [f"{item['delivery']['S']} is {item['status']['S']}" for item in items if item["status"]["S"] != "delivered"]


def a_call(verb: str, path: str, body: object = None) -> dict[str, Any]:
    """A request of the account."""
    event = request(verb, path, headers={}, account=ACCOUNT)
    if body is not None:
        event |= {"body": json.dumps(body)}
        event["headers"]["content-type"] = "application/json"
    return event


def a_setting(world: World) -> dict[str, Any]:
    """A callback with a password is set, where another one was."""
    sets(world, 1, "ok/before")
    body = {"fonenumber": fonenumber(1), "type": "Callback", "method": "JSON", "url": world.url("ok/after")}
    return a_call("POST", f"/v2/{KIND}", body | {"url_username": "alice", "url_password": "not-a-real-password"})


def two_settings(world: World) -> dict[str, Any]:
    """Two callbacks of a number are set at once, where another one was."""
    sets(world, 1, "ok/before")
    block = {"type": "Callback", "method": "JSON", "url": world.url("ok/after")}
    options = {"message_options": {"receive_notify": block, "send_notify": block}}
    return a_call("PUT", f"/v2/fonenumbers/{fonenumber(1)}", {"fonenumber": options})


def _url(world: World, kind: str) -> str:
    key = (owner_of(ACCOUNT, fonenumber(1)), kind)
    callback = world.stack.callbacks().load([key]).callback(key)
    return callback.url if callback else ""


def is_set(world: World, _: dict[str, Any]) -> list[str]:
    """The callback is the new one."""
    return [] if _url(world, KIND) == world.url("ok/after") else [f"set is {_url(world, KIND)}"]


def both_are_set(world: World, event: dict[str, Any]) -> list[str]:
    """Both are."""
    return is_set(world, event) + ([] if _url(world, SENT) == world.url("ok/after") else [f"{SENT} is not set"])


def one_again(world: World) -> dict[str, Any]:
    """A delivery that has failed is sent again."""
    sets(world, 1, "ok/1")
    delivery = stored(world, 1, status=DeliveryStatus.FAILED)
    return a_call("POST", f"/v2/fonenumbers/{fonenumber(1)}/deliveries/{delivery.id}/redeliver")


def one_sooner(world: World) -> dict[str, Any]:
    """One that waits on the index is sent again now."""
    sets(world, 1, "ok/1")
    delivery = stored(world, 1, due=datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2))
    return a_call("POST", f"/v2/fonenumbers/{fonenumber(1)}/deliveries/{delivery.id}/redeliver")


def many_again(world: World) -> dict[str, Any]:
    """Twelve that have failed are sent again."""
    sets(world, 1, "ok/1")
    for _ in range(12):
        stored(world, 1, status=DeliveryStatus.FAILED)
    return a_call(
        "POST", f"/v2/fonenumbers/{fonenumber(1)}/redeliver", {"status": "failed", "since": "2026-01-01T00:00:00Z"}
    )


def all_are_delivered(world: World, _: dict[str, Any]) -> list[str]:
    """What the customer was told would be sent again has arrived."""
    items = world.stack.items("DELIVERIES_TABLE")
    return [f"{item['delivery']['S']} is {item['status']['S']}" for item in items if item["status"]["S"] != "delivered"]


def a_first_secret(_: World) -> dict[str, Any]:
    """The account's first signing secret is made."""
    return a_call("POST", "/v2/accounts/signing_secret", {})


def another_secret(world: World) -> dict[str, Any]:
    """A signing secret is rotated."""
    secrets = SigningSecrets(owner=owner_of(ACCOUNT, ""), current=SECRET, created=datetime.now(UTC))
    world.stack.callbacks().put_secrets(secrets)
    return a_call("POST", "/v2/accounts/signing_secret/rotate", {})


def valid_secrets(world: World) -> tuple[str, ...]:
    """What requests of the account are signed with now."""
    key = (owner_of(ACCOUNT, ""), "signing_secret")
    return world.stack.callbacks().load([key]).secrets(ACCOUNT, datetime.now(UTC))


def shown_secrets_sign(world: World, _: dict[str, Any]) -> list[str]:
    """What the customer was shown last verifies."""
    return (
        []
        if world.shown[-1:] and world.shown[-1] in valid_secrets(world)
        else ["the secret that was shown does not sign"]
    )


def the_old_one_signs_too(world: World, event: dict[str, Any]) -> list[str]:
    """So does the secret that the receiver knew before."""
    old = [] if SECRET in valid_secrets(world) else ["the secret that was shown before does not sign any more"]
    return shown_secrets_sign(world, event) + old


def a_contact(_: World) -> dict[str, Any]:
    """The account's contact is set."""
    return a_call("PUT", "/v2/accounts/contact", {"email": "contact@example.com"})


def the_contact_is_set(world: World, _: dict[str, Any]) -> list[str]:
    """It is the one that was asked for."""
    emails = [item["email"]["S"] for item in world.stack.items("CALLBACKS_TABLE") if "email" in item]
    return [] if emails == ["contact@example.com"] else [f"the contact is {emails}"]


def a_bounce(world: World) -> dict[str, Any]:
    """A mail has bounced for good."""
    sets(world, 1, "", type=CallbackType.EMAIL, method=None, url="", email="owner@example.com")
    event: dict[str, Any] = json.loads((EVENTS / "mail-bounced.json").read_text(encoding="utf-8"))
    event["detail"]["mail"]["tags"]["callback"] = [tag_of((owner_of(ACCOUNT, fonenumber(1)), KIND))]
    return event


def is_off(world: World, _: dict[str, Any]) -> list[str]:
    """The callback is turned off."""
    key = (owner_of(ACCOUNT, fonenumber(1)), KIND)
    callback = world.stack.callbacks().load([key]).callback(key)
    return [] if callback and callback.disabled else ["the callback is still on"]


SCENES: Mapping[str, Scene] = {
    "deliver": Scene(function="deliver", event=a_batch, check=the_dead_are_kept),
    "requeue": Scene(function="requeue", event=a_minute, check=what_was_due_is_delivered),
    "api: set": Scene(function="api", event=a_setting, check=is_set),
    "api: set two": Scene(function="api", event=two_settings, check=both_are_set),
    "api: redeliver": Scene(function="api", event=one_again, check=all_are_delivered, often=True),
    "api: redeliver what waits": Scene(function="api", event=one_sooner, check=all_are_delivered, often=True),
    "api: redeliver many": Scene(function="api", event=many_again, check=all_are_delivered),
    "api: create a secret": Scene(function="api", event=a_first_secret, check=shown_secrets_sign),
    "api: rotate a secret": Scene(function="api", event=another_secret, check=the_old_one_signs_too),
    "api: set a contact": Scene(function="api", event=a_contact, check=the_contact_is_set),
    "feedback": Scene(function="feedback", event=a_bounce, check=is_off),
}
"""Everything that is killed and failed, by name."""
