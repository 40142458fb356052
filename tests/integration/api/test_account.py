"""Signing secrets and contacts."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from ringback.http.signature import PREFIX, encode_secret
from tests.integration.calling import OTHER_ACCOUNT, Api
from tests.integration.receivers import Receiver

SECRET = "/v2/accounts/signing_secret"
ROTATE = "/v2/accounts/signing_secret/rotate"


def received(api: Api, receiver: Receiver) -> tuple[bytes, dict[str, str]]:
    """What a receiver gets at this moment."""
    callback = {"type": "Callback", "method": "JSON", "url": receiver.text_url}
    api.post("/v2/fonenumbers/3215551212/messages/send_notify/test", {"callback": callback})
    return receiver.received[-1].body, receiver.received[-1].headers


def test_nothing_is_signed_until_the_account_makes_a_secret(api: Api, receiver: Receiver) -> None:
    assert api.get(SECRET).json == {"signing_secret": {"exists": False, "created": None, "previous_signs_until": None}}
    assert "webhook-signature" not in received(api, receiver)[1]


def test_a_secret_is_32_random_bytes_shown_once(api: Api) -> None:
    made = api.post(SECRET)
    secret = made.json["signing_secret"]["secret"]

    assert made.status == 201
    assert secret.startswith(PREFIX)
    assert len(base64.b64decode(secret.removeprefix(PREFIX), validate=True)) == 32
    again, shown = api.post(SECRET), api.get(SECRET)
    assert (again.status, again.message[:35]) == (409, "there already is a signing secret, ")
    assert shown.json == {
        "signing_secret": {"exists": True, "created": "2026-11-23T17:36:00.000Z", "previous_signs_until": None}
    }
    stored = repr(api.stack.items("CALLBACKS_TABLE"))
    for text in (again.text, shown.text, stored):
        assert secret not in text
    assert api.post(SECRET, account=OTHER_ACCOUNT).json["signing_secret"]["secret"] != secret


def test_after_a_rotation_both_sign_for_a_day(api: Api, receiver: Receiver) -> None:
    api.clock.now = datetime.now(UTC)
    old = api.post(SECRET).json["signing_secret"]["secret"]
    answer = api.post(ROTATE)
    new = answer.json["signing_secret"]["secret"]

    body, headers = received(api, receiver)
    Webhook(old).verify(body, headers)
    Webhook(new).verify(body, headers)
    assert answer.status == 200
    assert api.get(SECRET).json["signing_secret"]["previous_signs_until"]
    api.clock.passes(hours=24)
    body, headers = received(api, receiver)
    assert len(headers["webhook-signature"].split()) == 1
    assert api.get(SECRET).json["signing_secret"]["previous_signs_until"] is None
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(body, headers)


def test_every_secret_that_was_shown_within_a_day_verifies(api: Api, receiver: Receiver) -> None:
    """Who has not taken over the one before the last yet is not cut off by another rotation."""
    api.clock.now = datetime.now(UTC)
    shown = [api.post(path).json["signing_secret"]["secret"] for path in (SECRET, ROTATE, ROTATE)]

    body, headers = received(api, receiver)

    assert len(headers["webhook-signature"].split()) == 3
    for secret in shown:
        Webhook(secret).verify(body, headers)


def test_a_fourth_rotation_within_a_day_says_when_there_is_room_for_it(api: Api, receiver: Receiver) -> None:
    """Each request would carry one more signature for each."""
    api.clock.now = datetime(2026, 11, 23, 17, 36, tzinfo=UTC)
    api.post(SECRET)
    for _ in range(3):
        api.clock.now += timedelta(hours=1)
        assert api.post(ROTATE).status == 200

    refused = api.post(ROTATE)
    api.clock.now += timedelta(hours=22)

    assert refused.status == 409
    assert refused.message == (
        "3 earlier secrets still sign alongside this one, which is the maximum;"
        " rotate again after 2026-11-24T18:36:00.000Z,"
        " when the oldest expires, or DELETE all of them"
    )
    assert api.post(ROTATE).status == 200
    assert len(received(api, receiver)[1]["webhook-signature"].split()) == 4


def test_of_two_rotations_at_once_one_is_told_to_look_again(api: Api) -> None:
    api.post(SECRET)
    accounts = api.parts.accounts
    before = accounts._read("1000001", "signing_secret")  # noqa: SLF001 - what the other request has read
    api.post(ROTATE)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(accounts, "_read", lambda *_: before)
        assert api.post(ROTATE).status == 409


OWN = encode_secret(bytes(range(24)))


@pytest.mark.parametrize("given", [{}, {"secret": None}, None])
def test_without_one_of_its_own_an_account_gets_one_made(api: Api, given: object) -> None:
    made = [api.post(path, given).json["signing_secret"]["secret"] for path in (SECRET, ROTATE)]

    assert len({*made}) == 2
    assert all(len(base64.b64decode(secret.removeprefix(PREFIX))) == 32 for secret in made)


def test_a_secret_of_the_account_s_own_signs_and_so_does_the_one_before_it(api: Api, receiver: Receiver) -> None:
    api.clock.now = datetime.now(UTC)
    own, next_one = OWN, encode_secret(bytes(range(64)))
    made = api.post(SECRET, {"secret": own})
    assert (made.status, made.json["signing_secret"]["secret"]) == (201, own)
    rotated = api.post(ROTATE, form={"secret": next_one})
    assert (rotated.status, rotated.json["signing_secret"]["secret"]) == (200, next_one)

    body, headers = received(api, receiver)

    Webhook(own).verify(body, headers)
    Webhook(next_one).verify(body, headers)
    stored = repr(api.stack.items("CALLBACKS_TABLE"))
    assert own not in stored
    assert next_one not in stored


def test_a_rotation_back_to_the_secret_before_keeps_both(api: Api, receiver: Receiver) -> None:
    api.clock.now = datetime.now(UTC)
    api.post(SECRET, {"secret": OWN})
    other = api.post(ROTATE).json["signing_secret"]["secret"]
    assert api.post(ROTATE, {"secret": OWN}).status == 200

    body, headers = received(api, receiver)

    for secret in (OWN, other):
        Webhook(secret).verify(body, headers)


def test_a_rotation_to_the_same_secret_is_none(api: Api) -> None:
    api.post(SECRET, {"secret": OWN})

    answer = api.post(ROTATE, {"secret": OWN})

    assert (answer.status, answer.message[:22]) == (400, "secret: already in use")
    assert OWN not in answer.text


def test_without_its_secret_an_account_s_requests_are_not_signed_until_it_makes_another(
    api: Api, receiver: Receiver
) -> None:
    api.post(SECRET)
    api.post(ROTATE)
    other = api.post(SECRET, account=OTHER_ACCOUNT)

    for _ in range(2):  # a client whose answer was lost asks again
        answer = api.call("DELETE", SECRET)
        assert (answer.status, answer.json) == (200, api.get(SECRET).json)
    assert answer.json == {"signing_secret": {"exists": False, "created": None, "previous_signs_until": None}}
    assert "webhook-signature" not in received(api, receiver)[1]
    assert api.post(ROTATE).status == 404
    assert (other.status, api.get(SECRET, account=OTHER_ACCOUNT).json["signing_secret"]["exists"]) == (201, True)
    assert api.post(SECRET).status == 201


def test_a_rotation_of_a_secret_that_was_removed_meanwhile_brings_none_back(api: Api) -> None:
    api.post(SECRET)
    accounts = api.parts.accounts
    before = accounts._read("1000001", "signing_secret")  # noqa: SLF001 - what the other request has read
    api.call("DELETE", SECRET)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(accounts, "_read", lambda *_: before)
        assert api.post(ROTATE).status == 409
    assert api.get(SECRET).json["signing_secret"]["exists"] is False


def test_a_contact_is_one_address_or_nobody(api: Api) -> None:
    contact = "/v2/accounts/contact"
    assert api.get(contact).json == {"contact": {"email": ""}}
    assert api.put(contact, {"email": "a@example.com"}).json == {"contact": {"email": "a@example.com"}}
    assert api.get(contact).json == {"contact": {"email": "a@example.com"}}
    assert api.get(contact, account=OTHER_ACCOUNT).json == {"contact": {"email": ""}}
    assert api.put(contact, {"email": None}).json == {"contact": {"email": ""}}
    assert api.stack.items("CALLBACKS_TABLE") == []
