"""A FoneStorm client's day: what it sets is what is delivered, and what failed is delivered again."""

import json
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

from tests.integration.calling import Api
from tests.integration.delivering import Platform
from tests.integration.lambdas import record
from tests.integration.receivers import Receiver

NUMBER = "3215551212"
KINDS = [f"{group}/{name}" for group in ("messages", "calls", "faxes") for name in ("receive_notify", "send_notify")]


def callbacks(api: Api) -> list[dict[str, Any]]:
    """As they are stored."""
    return [item for item in api.stack.items("CALLBACKS_TABLE") if "/" in item["event"]["S"]]


def event(kind: str, number: int) -> dict[str, Any]:
    data = {"from": "3215551111", "to": NUMBER, "uid": f"{number}"}
    return {"event": kind, "account": "1000001", "fonenumber": NUMBER, "id": f"event-{number}", "data": data}


def test_a_client_sets_six_callbacks_and_its_events_arrive_signed(
    api: Api, platform: Platform, receiver: Receiver
) -> None:
    api.clock.now = datetime.now(UTC)
    url = receiver.text_url.removesuffix("/hook")

    # It sets six callbacks, some as JSON, some as forms, and gets the whole number back each time.
    for kind in KINDS:
        fields = {"fonenumber": "+1 (321) 555-1212", "type": "callback", "url": f"{url}/{kind}", "method": "json"}
        if kind.startswith("messages"):
            fields |= {"url_username": "user", "url_password": "planted-password"}
        answer = api.post(f"/v2/{kind}", fields) if "receive" in kind else api.post(f"/v2/{kind}", form=fields)
        assert answer.status == 200, answer.text
        assert "planted" not in answer.text
    shown = api.get(f"/v2/fonenumbers/{NUMBER}").json
    assert shown["fonenumber"]["call_options"]["send_notify"] == {
        "type": "Callback",
        "email": "",
        "url": f"{url}/calls/send_notify",
        "method": "JSON",
    }

    # What it reads can be put back, and changes nothing at all.
    before = callbacks(api)
    assert api.put(f"/v2/fonenumbers/{NUMBER}", shown).json == shown
    assert callbacks(api) == before

    # It has its requests signed, and cancels one callback.
    secret = api.post("/v2/accounts/signing_secret").json["signing_secret"]["secret"]
    answer = api.post("/v2/faxes/send_notify", {"fonenumber": NUMBER, "type": None})
    assert answer.json["fonenumber"]["fax_options"]["send_notify"]["type"] == "None"

    # Events arrive, signed, with the password that a PUT did not touch.
    assert platform.invoke(*(record(event(kind, number)) for number, kind in enumerate(KINDS))) == []
    assert sorted(request.line.split()[1] for request in receiver.received) == sorted(
        f"/{kind}" for kind in KINDS if kind != "faxes/send_notify"
    )
    for request in receiver.received:
        Webhook(secret).verify(request.body, request.headers)
        assert ("authorization" in request.headers) == ("/messages/" in request.line)

    # One fails; the log says why, and it is delivered again under the same id.
    receiver.status, receiver.body = 500, b"out of order"
    assert platform.invoke(record(event("calls/receive_notify", 99))) == []
    [failing] = api.get(f"/v2/fonenumbers/{NUMBER}/deliveries?status=pending").json["deliveries"]
    attempt = failing["last_attempt"]
    assert (attempt["status"], attempt["excerpt"], failing["event_id"]) == (500, "out of order", "event-99")
    receiver.status = 200
    again = api.post(f"/v2/fonenumbers/{NUMBER}/deliveries/{failing['id']}/redeliver")
    assert (again.status, again.json["delivery"]["status"]) == (202, "pending")
    [message] = [
        message["Body"]
        for message in api.stack.messages("RETRIES_QUEUE_URL")
        if json.loads(message["Body"])["delivery"] == failing["id"]
    ]
    assert platform.invoke(record(message)) == []

    delivery = api.get(f"/v2/fonenumbers/{NUMBER}/deliveries/{failing['id']}").json["delivery"]
    assert delivery["status"] == "delivered"
    assert [attempt["reason"] for attempt in delivery["attempts"]] == ["event", "redelivery"]
    assert receiver.received[-1].headers["webhook-id"] == failing["id"]
    assert receiver.received[-1].headers["webhook-attempt"] == "2"  # sending again does not start over
    Webhook(secret).verify(receiver.received[-1].body, receiver.received[-1].headers)
