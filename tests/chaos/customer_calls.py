"""What a customer asks of the API, and what has to be so afterwards."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from ringback.models import (
    DeliveryStatus,
    SigningSecrets,
    build_owner,
)
from tests.chaos.customers import ACCOUNT, KIND, SECRET, SENT, fonenumber, sets, stored
from tests.chaos.world import World
from tests.integration.calling import request


def a_call(verb: str, path: str, body: object = None, *, account: str = ACCOUNT) -> dict[str, Any]:
    """A request of an *account*."""
    event = request(verb, path, headers={}, account=account)
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
    key = (build_owner(ACCOUNT, fonenumber(1)), kind)
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
    secrets = SigningSecrets(owner=build_owner(ACCOUNT, ""), current=SECRET, created=datetime.now(UTC))
    world.stack.callbacks().put_secrets(secrets)
    return a_call("POST", "/v2/accounts/signing_secret/rotate", {})


def valid_secrets(world: World) -> tuple[str, ...]:
    """What requests of the account are signed with now."""
    key = (build_owner(ACCOUNT, ""), "signing_secret")
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
