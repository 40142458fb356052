"""What PUT and POST make of a number's callbacks."""

from dataclasses import replace
from typing import Any

import pytest

from api.fonenumber_object import OLDER_NAMES, OPTIONS, number_object, to_object
from api.fonenumber_object import merge as merge_blocks
from api.schemas.objects import Fonenumber, FonenumberFields
from ringback.callbacks.parse import parse_public_setting
from ringback.catalog.payload import CATALOGUE, Scope
from ringback.errors import InvalidSetting
from ringback.models import Callback, CallbackType, Method
from ringback.ssrf.rules import parse_networks
from tests.reference import of_the_reference

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


def merge(options: dict[str, Any], current: Callback | None = SET) -> dict[tuple[str, str], Callback | None]:
    callbacks = {current.event: current} if current else {}
    return merge_blocks(options, callbacks, account="1000001", fonenumber="3215551212", allowed=())


def test_every_kind_of_a_number_has_its_block() -> None:
    kinds = [kind.name for kind in CATALOGUE.values() if kind.scope is Scope.NUMBER]

    assert sorted(kind.name for blocks in OPTIONS.values() for kind in blocks.values()) == sorted(kinds)
    Fonenumber.model_validate(number_object("3215551212", {}))
    assert {*OPTIONS, *OLDER_NAMES, "fonenumber"} == set(FonenumberFields.model_fields)


def test_what_is_not_set_is_shown_as_empty_strings_under_either_name() -> None:
    nothing = {"type": "None", "email": "", "url": "", "method": ""}
    no_delivery = {"type": "None", "email": "", "device": "", "forward": "", "url": "", "url_method": ""}
    messages = {"receive_notify": BLOCK, "send_notify": nothing, "receive": no_delivery}
    calls = {"receive_notify": nothing, "send_notify": nothing}

    shown = number_object("3215551212", {KIND.name: SET})

    assert of_the_reference(shown) == {
        "fonenumber": "3215551212",
        "message_options": messages,
        "call_options": calls,
        "fax_options": {"receive_notify": nothing, "send_notify": nothing},
        "sms_options": messages,
        "voice_options": calls,
    }


def shown_again(callbacks: dict[str, Callback]) -> dict[str, Any]:
    shown: dict[str, Any] = number_object("3215551212", callbacks)
    del shown["fonenumber"]
    return shown


@pytest.mark.parametrize("left_out", [(), tuple(OLDER_NAMES), tuple(OLDER_NAMES.values())])
def test_what_get_shows_changes_nothing_when_it_is_put_back(left_out: tuple[str, ...]) -> None:
    """With both names of the options, or either."""
    shown = {name: blocks for name, blocks in shown_again({KIND.name: SET}).items() if name not in left_out}

    assert merge(shown) == {}


@pytest.mark.parametrize(
    "options", [{}, {"message_options": None}, {"message_options": {}}, {"message_options": {"receive_notify": {}}}]
)
def test_a_block_that_is_missing_or_empty_changes_nothing(options: dict[str, Any]) -> None:
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
    message = "sms_options: conflicts with its alias message_options: they differ in receive_notify, send_notify"

    with pytest.raises(InvalidSetting, match=f"^{message}$"):
        merge(
            {
                "sms_options": {"receive_notify": {"type": "None"}, "receive": {}},
                "message_options": {"send_notify": {"type": "None"}, "receive": {}},
            }
        )


def test_a_broken_rule_is_told_with_its_block() -> None:
    with pytest.raises(InvalidSetting, match=r'^call_options\.send_notify\.method: given "PATCH"'):
        merge({"call_options": {"send_notify": {**BLOCK, "method": "PATCH"}}})


def test_a_rule_that_is_broken_under_an_older_name_is_told_there() -> None:
    with pytest.raises(InvalidSetting, match=r"^voice_options\.send_notify\.url_method: given"):
        merge({"voice_options": {"send_notify": {"type": "Callback", "url": "https://a/", "url_method": "PATCH"}}})


SERVICE = {"type": "URL", "value": "https://a.example.com/((msg))", "url_method": "JSON"}


def test_the_form_of_api_2_4_sets_what_is_done_with_messages() -> None:
    [(key, callback)] = merge({**SERVICE, "url_username": "user", "url_password": "planted"}).items()

    assert key == (OWNER, "messages/receive")
    assert callback
    assert (callback.type, callback.url, callback.method) == (CallbackType.CALLBACK, SERVICE["value"], Method.JSON)
    assert (callback.url_username, callback.url_password) == ("user", "planted")
    assert merge(SERVICE) == merge({"message_options": {"receive": SERVICE}}) == merge({**SERVICE, "sms_options": None})


def test_the_form_of_api_2_4_beside_a_block_that_says_otherwise_is_refused() -> None:
    assert merge({**SERVICE, "sms_options": {"receive": SERVICE}}) == merge(SERVICE)
    with pytest.raises(InvalidSetting, match=r"^sms_options\.receive: conflicts with type and value, .*: they differ"):
        merge({**SERVICE, "sms_options": {"receive": {"type": "None"}}})


def test_the_envelope_may_be_left_out_and_holds_all_or_nothing() -> None:
    blocks = {"sms_options": {"receive_notify": {"type": "None"}}}

    assert to_object({"fonenumber": blocks}) == to_object(blocks) == blocks
    assert to_object({"fonenumber": "3215551212", **blocks}) == {"fonenumber": "3215551212", **blocks}
    with pytest.raises(InvalidSetting, match=r"^sms_options: outside the object fonenumber; put it inside"):
        to_object({"fonenumber": {}, **blocks})


def test_a_post_replaces_the_whole() -> None:
    fields = {"type": "Callback", "url": "https://a.example.com/hook", "method": "JSON"}

    assert parse_public_setting(KIND, fields, owner=OWNER, allowed=()) == replace(
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
        parse_public_setting(KIND, fields, owner=OWNER, allowed=())
    assert parse_public_setting(
        KIND, fields, owner=OWNER, allowed=parse_networks("127.0.0.0/8,::1,169.254.0.0/16,10.0.0.0/8")
    )


def test_a_refused_address_is_told_under_the_name_that_it_was_given() -> None:
    fields = {"type": "URL", "value": "https://10.0.0.1/", "url_method": "POST"}

    with pytest.raises(InvalidSetting, match=r"^value: 10\.0\.0\.1 is private"):
        parse_public_setting(CATALOGUE["messages/receive"], fields, owner=OWNER, allowed=())


@pytest.mark.parametrize("host", ["93.184.215.14", "[2606:2800:21f:cb07:6820:80da:af6b:8b2c]", "localhost.example.com"])
def test_a_public_address_is_welcome(host: str) -> None:
    assert parse_public_setting(
        KIND, {"type": "Callback", "url": f"https://{host}/", "method": "JSON"}, owner=OWNER, allowed=()
    )
