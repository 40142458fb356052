"""What PUT and POST make of a number's callbacks."""

from dataclasses import replace
from typing import Any

import pytest

from api.models.callbacks import Fonenumber, FonenumberFields
from api.setting import KINDS, OLDER_NAMES, OPTIONS, Options, merged, replaced, whole
from ringback.addresses import parse_networks
from ringback.catalogue import CATALOGUE, Scope
from ringback.errors import InvalidSetting
from ringback.models import Callback, CallbackType, Method

OWNER = "1000001#3215551212"
KIND = CATALOGUE["messages/receive_notify"]
SET = Callback(
    owner=OWNER,
    event=KIND.name,
    type=CallbackType.CALLBACK,
    method=Method.JSON,
    url="https://a.example.com/hook",
    url_username="user",
    url_password="planted-password",
    disabled="the receiver answered 410 Gone",
)
BLOCK = {"type": "Callback", "email": "", "url": "https://a.example.com/hook", "method": "JSON"}


def merge(options: Options, current: Callback | None = SET) -> dict[tuple[str, str], Callback | None]:
    callbacks = {current.event: current} if current else {}
    return merged(options, callbacks, account="1000001", fonenumber="3215551212", allowed=())


def test_every_kind_of_a_number_has_its_block() -> None:
    kinds = [kind.name for kind in CATALOGUE.values() if kind.scope is Scope.NUMBER]

    assert sorted(kind.name for kind in KINDS.values()) == sorted(kinds)
    Fonenumber.model_validate(whole("3215551212", {}))
    assert {*OPTIONS.values(), *OLDER_NAMES, "fonenumber"} == set(FonenumberFields.model_fields)


def test_what_is_not_set_is_shown_as_empty_strings() -> None:
    nothing = {"type": "None", "email": "", "url": "", "method": ""}

    assert whole("3215551212", {KIND.name: SET}) == {
        "fonenumber": "3215551212",
        "message_options": {"receive_notify": BLOCK, "send_notify": nothing, "receive": nothing},
        "call_options": {"receive_notify": nothing, "send_notify": nothing},
        "fax_options": {"receive_notify": nothing, "send_notify": nothing},
    }


def test_what_get_shows_changes_nothing_when_it_is_put_back() -> None:
    shown: Any = whole("3215551212", {KIND.name: SET})
    del shown["fonenumber"]

    assert merge(shown) == {}


@pytest.mark.parametrize(
    "options", [{}, {"message_options": None}, {"message_options": {}}, {"message_options": {"receive_notify": {}}}]
)
def test_a_block_that_is_missing_or_empty_changes_nothing(options: Options) -> None:
    assert merge(options) == {}


def test_a_block_replaces_its_own_callback_and_no_other() -> None:
    changes = merge({"message_options": {"send_notify": {"type": "Email", "email": "a@example.com"}}})

    [(key, callback)] = changes.items()
    assert key == (OWNER, "messages/send_notify")
    assert callback
    assert (callback.type, callback.email) == (CallbackType.EMAIL, "a@example.com")


def test_credentials_stay_with_their_server() -> None:
    [same] = merge({"message_options": {"receive_notify": {**BLOCK, "url": "https://a.example.com/other"}}}).values()
    [other] = merge({"message_options": {"receive_notify": {**BLOCK, "url": "https://b.example.com/hook"}}}).values()

    assert same
    assert other
    assert (same.url_username, same.url_password) == ("user", "planted-password")
    assert (other.url_username, other.url_password) == ("", "")


def test_none_removes() -> None:
    assert merge({"message_options": {"receive_notify": {"type": "None"}}}) == {(OWNER, KIND.name): None}
    assert merge({"message_options": {"receive_notify": {"type": None}}}, current=None) == {}


def test_an_older_name_is_the_same_as_its_newer_one() -> None:
    blocks = {"receive_notify": {"type": "None"}}

    assert merge({"sms_options": blocks}) == merge({"message_options": blocks})
    assert merge({"sms_options": blocks, "message_options": blocks}) == merge({"message_options": blocks})


def test_an_older_name_that_disagrees_with_its_newer_one_is_refused() -> None:
    with pytest.raises(InvalidSetting, match=r"^sms_options: in conflict with message_options, another name of it"):
        merge({"sms_options": {"receive_notify": {"type": "None"}}, "message_options": {}})


def test_a_broken_rule_is_told_with_its_block() -> None:
    with pytest.raises(InvalidSetting, match=r'^call_options\.send_notify\.method: given "PATCH"'):
        merge({"call_options": {"send_notify": {**BLOCK, "method": "PATCH"}}})


def test_a_post_replaces_the_whole() -> None:
    fields = {"type": "Callback", "url": "https://a.example.com/hook", "method": "JSON"}

    assert replaced(KIND, fields, owner=OWNER, allowed=()) == replace(
        SET, url_username="", url_password="", disabled=""
    )


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("127.0.0.1", "127.0.0.1 is loopback"),
        ("2130706433", "127.0.0.1 is loopback"),
        ("0x7f.1", "127.0.0.1 is loopback"),
        ("169.254.169.254", "169.254.169.254 is link-local"),
        ("[::1]", "::1 is loopback"),
        ("[::ffff:10.0.0.1]", "::ffff:10.0.0.1 is private"),
        ("localhost", "localhost is loopback"),
        ("app.localhost", "app.localhost is loopback"),
    ],
)
def test_a_refused_address_in_the_text_is_told_when_it_is_set(host: str, reason: str) -> None:
    fields = {"type": "Callback", "url": f"https://{host}/", "method": "JSON"}

    with pytest.raises(
        InvalidSetting, match=rf"^url: {reason}; callbacks go to public addresses only$".replace("[", r"\[")
    ):
        replaced(KIND, fields, owner=OWNER, allowed=())
    assert replaced(KIND, fields, owner=OWNER, allowed=parse_networks("127.0.0.0/8,::1,169.254.0.0/16,10.0.0.0/8"))


@pytest.mark.parametrize("host", ["93.184.215.14", "[2606:2800:21f:cb07:6820:80da:af6b:8b2c]", "localhost.example.com"])
def test_a_public_address_is_welcome(host: str) -> None:
    assert replaced(KIND, {"type": "Callback", "url": f"https://{host}/", "method": "JSON"}, owner=OWNER, allowed=())
