"""Setting a callback: fonestorm-facts.md, Setting a callback."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.fonenumber_object import as_block
from ringback.callbacks.parse import ACCOUNT_FIELDS, INLINE_FIELDS, NUMBER_FIELDS, parse_inline, parse_public_setting
from ringback.catalog.payload import CATALOGUE, lookup
from ringback.errors import InvalidSetting
from ringback.models import Callback, CallbackType, Method

EVENT = "messages/receive_notify"
RECORD = "accounts/cdr_notify"
RECEIPT = CATALOGUE["messages/confirm"]
OWNER = "1000001#3215551212"
URL = "https://my.example.com/notify.php?message=((msg))"
HTTP = {"type": "Callback", "url": URL, "method": "JSON"}
CREDENTIALS = {"url_username": "bob", "url_password": "planted"}
EMPTY = {"email": "", "url": "", "method": "", "url_username": "", "url_password": ""}


def parse(fields: dict[str, Any], *, event: str = EVENT, current: Callback | None = None) -> Callback | None:
    return parse_public_setting(lookup(event), fields, owner=OWNER, allowed=None, current=current)


def parse_callback(fields: dict[str, Any], *, event: str = EVENT, current: Callback | None = None) -> Callback:
    callback = parse(fields, event=event, current=current)
    assert callback is not None
    return callback


def refusal(fields: dict[str, Any], *, event: str = EVENT) -> str:
    with pytest.raises(InvalidSetting) as caught:
        parse(fields, event=event)
    assert "planted" not in str(caught.value)
    return str(caught.value)


def test_an_http_callback_with_credentials() -> None:
    assert parse(HTTP | CREDENTIALS) == Callback(
        owner=OWNER,
        event=EVENT,
        type=CallbackType.CALLBACK,
        url=URL,
        method=Method.JSON,
        url_username="bob",
        url_password="planted",
    )


def test_an_email_callback() -> None:
    assert parse({"type": "Email", "email": "bob@example.com"}) == Callback(
        owner=OWNER, event=EVENT, type=CallbackType.EMAIL, email="bob@example.com"
    )


@pytest.mark.parametrize("value", ["none", "NONE", "nOnE", None])
def test_the_type_none_in_any_case_or_null_sets_nothing(value: object) -> None:
    assert parse({"type": value}) is None


@pytest.mark.parametrize("value", ["callback", "CALLBACK"])
def test_the_canonical_spelling_is_what_is_stored(value: str) -> None:
    callback = parse_callback(HTTP | {"type": value, "method": "get"})

    assert (callback.type, callback.method) == ("Callback", "GET")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "type: missing; messages/receive_notify allows None, Callback, Email"),
        ({"type": ""}, "type: missing; messages/receive_notify allows None, Callback, Email"),
        ({"type": "SMS"}, 'type: given "SMS"; messages/receive_notify allows None, Callback, Email'),
        ({"type": False}, "type: given true or false; expected text"),
        ({"type": "Email"}, "email: missing; expected one address, as in name@example.com"),
        ({"type": "Email", "email": ["a@b.co"]}, "email: given a list; expected text"),
        (
            {"type": "Email", "email": "a@b.co, c@d.co"},
            'email: given "a@b.co, c@d.co"; expected one address, not a list',
        ),
        ({"type": "Callback", "method": "GET"}, "url: missing; a Callback needs one"),
        ({"type": "Callback", "url": URL}, "method: missing; messages/receive_notify allows GET, POST, JSON"),
        (HTTP | {"method": "PUT"}, 'method: given "PUT"; messages/receive_notify allows GET, POST, JSON'),
        (HTTP | {"url_method": "GET"}, 'url_method: conflicts with its alias method: "JSON" and "GET"'),
        (HTTP | {"url": "ftp://a/"}, 'url: given "ftp"://; allowed: https:// and http://'),
        (
            HTTP | {"url_username": "bob"},
            "url_password: missing; url_username and url_password go together, both or neither",
        ),
        (
            HTTP | {"url_password": "planted"},
            "url_username: missing; url_username and url_password go together, both or neither",
        ),
        (
            HTTP | {"url_username": "b:b", "url_password": "planted"},
            "url_username: it has a colon, which HTTP Basic cannot carry in a user name",
        ),
        (HTTP | {"retries": "9"}, f"retries: unknown field; allowed: {', '.join(NUMBER_FIELDS)}"),
        (HTTP | {"username": "bob"}, f"username: unknown field; allowed: {', '.join(NUMBER_FIELDS)}"),
    ],
)
def test_a_broken_rule_is_refused_with_field_and_remedy(fields: dict[str, Any], message: str) -> None:
    assert refusal(fields) == message


def test_the_guide_s_other_name_of_the_method_is_accepted() -> None:
    assert parse_callback({"type": "Callback", "url": URL, "url_method": "GET"}).method is Method.GET


def test_the_fields_of_other_types_are_ignored() -> None:
    """Clients send all fields, some with what they held before; the type says which of them count."""
    leftovers = {"email": "not an address", "url": "not a URL", "method": "PUT", **CREDENTIALS}

    assert parse(leftovers | {"type": "None"}) is None
    assert parse(leftovers | {"type": "Email", "email": "a@b.co"}) == parse({"type": "Email", "email": "a@b.co"})
    assert parse(HTTP | {"email": "not an address"}) == parse(HTTP)


@pytest.mark.parametrize("callback", [None, parse(HTTP), parse({"type": "Email", "email": "a@b.co"})])
def test_what_get_shows_can_be_set(callback: Callback | None) -> None:
    """Empty strings and all."""
    assert parse(dict(as_block(callback))) == callback
    assert parse(EMPTY | as_block(callback)) == callback


def test_a_setting_replaces_the_whole_callback() -> None:
    """Nothing of an older one comes back."""
    old = replace(parse_callback(HTTP | CREDENTIALS), disabled="410 Gone")

    assert parse(HTTP) == Callback(owner=OWNER, event=EVENT, type=CallbackType.CALLBACK, url=URL, method=Method.JSON)
    assert parse({"type": "Email", "email": "a@b.co"}, current=old) == parse({"type": "Email", "email": "a@b.co"})
    assert parse({"type": "None"}, current=old) is None


def test_amending_keeps_credentials_that_are_not_named_while_the_server_is_the_same() -> None:
    """The API never shows them, so what it shows must not delete them."""
    old = parse_callback(HTTP | CREDENTIALS)
    amended = parse_callback(HTTP | {"url": "https://MY.example.com:443/other", "method": "GET"}, current=old)

    assert (amended.url_username, amended.url_password, amended.method) == ("bob", "planted", Method.GET)


@pytest.mark.parametrize(
    "url", ["https://other.example.com:8443/", "http://my.example.com:8443/", "https://my.example.com/"]
)
def test_amending_never_takes_credentials_to_another_server(url: str) -> None:
    """Nor from TLS to plain text on the same one."""
    old = parse_callback(HTTP | CREDENTIALS | {"url": "https://my.example.com:8443/"})
    amended = parse_callback(HTTP | {"url": url}, current=old)

    assert (amended.url_username, amended.url_password) == ("", "")


def test_amending_with_empty_credentials_deletes_them() -> None:
    assert parse(HTTP | EMPTY | HTTP, current=parse_callback(HTTP | CREDENTIALS)) == parse(HTTP)


def test_amending_a_callback_whose_url_breaks_a_newer_rule_keeps_nothing() -> None:
    old = replace(parse_callback(HTTP | CREDENTIALS), url="https://my.example.com:25/")

    assert parse(HTTP, current=old) == parse(HTTP)


def test_amending_nothing_leaves_a_disabled_callback_disabled() -> None:
    """Reading and writing back is no change; any change, and any whole setting, enables it."""
    old = replace(parse_callback(HTTP | CREDENTIALS), disabled="410 Gone")

    assert parse(dict(as_block(old)), current=old) == old
    assert parse_callback(HTTP | {"method": "GET"}, current=old).disabled == ""
    assert parse_callback(HTTP).disabled == ""


def test_an_account_s_callback_has_its_own_names_and_needs_no_type() -> None:
    """The reference gives it `account_id`, `username` and `password`, and no type."""
    fields = {"account_id": "1000001", "method": "POST", "url": "https://a/", "username": "bob", "password": "planted"}

    callback = parse_callback(fields, event=RECORD)

    assert (callback.type, callback.method, callback.url) == (CallbackType.CALLBACK, Method.POST, "https://a/")
    assert (callback.url_username, callback.url_password) == ("bob", "planted")
    assert parse(HTTP | {"url": "https://a/"} | CREDENTIALS, event=RECORD)
    assert parse({"type": None}, event=RECORD) is None


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"method": "GET", "url": "https://a/"}, 'method: given "GET"; accounts/cdr_notify allows POST, JSON'),
        ({"method": "POST", "url": "http://a/"}, "url: given http://; this event takes https:// only"),
        ({"method": "POST", "url": ""}, "url: missing; a Callback needs one"),
        ({"type": "Email", "email": "a@b.co"}, 'type: given "Email"; accounts/cdr_notify allows None, Callback'),
        (
            {"password": "planted", "url_password": "planted2"},
            "url_password: conflicts with its alias password: they differ",
        ),
        ({"fonenumber": "3215551212"}, f"fonenumber: unknown field; allowed: {', '.join(ACCOUNT_FIELDS)}"),
    ],
)
def test_an_account_s_callback_has_its_own_limits(fields: dict[str, Any], message: str) -> None:
    assert refusal(fields, event=RECORD) == message


def test_an_unknown_event_and_one_that_brings_its_callback_cannot_be_set() -> None:
    assert refusal(HTTP, event="messages/eaten").startswith(
        'event: given "messages/eaten"; allowed: messages/receive_notify, '
    )
    assert (
        refusal(HTTP, event="messages/confirm")
        == "event: messages/confirm cannot be set: its callback travels inside each event"
    )


@pytest.mark.parametrize("prefix", ["url", "confirmation_url"])
def test_a_receipt_brings_its_callback_in_either_spelling(prefix: str) -> None:
    """Its method is always JSON."""
    fields = {prefix: "https://a/((ds))", f"{prefix}_username": "bob", f"{prefix}_password": "planted"}

    assert parse_inline(fields, owner=OWNER, kind=RECEIPT) == Callback(
        owner=OWNER,
        event="messages/confirm",
        type=CallbackType.CALLBACK,
        url="https://a/((ds))",
        method=Method.JSON,
        url_username="bob",
        url_password="planted",
    )


@pytest.mark.parametrize("more", [{}, {"method": "JSON"}, {"method": "", "type": ""}, {"type": "callback"}])
def test_a_receipt_s_callback_may_say_what_goes_without_saying(more: dict[str, str]) -> None:
    assert parse_inline({"url": "http://a/", **more}, owner=OWNER, kind=RECEIPT).method is Method.JSON


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (None, "url: missing; callback is null and takes an object"),
        ([], "url: missing; callback is a list and takes an object"),
        ({}, "url: missing; a Callback needs one"),
        (
            {"url": "https://a/", "confirmation_url": "https://planted/"},
            "confirmation_url: conflicts with its alias url: they differ",
        ),
        ({"url": "https://a/", "method": "POST"}, 'method: given "POST"; messages/confirm allows JSON'),
        ({"url": "https://a/", "type": "None"}, "type: given None; leave out the event if nobody wants it"),
        (
            {"url": "https://a/", "email": "a@b.co"},
            f"email: unknown field; allowed: {', '.join(INLINE_FIELDS)}",
        ),
        (
            {"url": "https://a/((disposition))"},
            'url: unknown token "disposition"; messages/confirm has ((to)), ((from)), ((msg)), ((id)), ((ds)), ((dc))',
        ),
        (
            {"url": "https://a/", "url_password": "planted"},
            "url_username: missing; url_username and url_password go together, both or neither",
        ),
    ],
)
def test_a_receipt_s_bad_callback_is_refused(fields: object, message: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        parse_inline(fields, owner=OWNER, kind=RECEIPT)

    assert str(caught.value) == message


def test_the_api_shows_four_fields_and_never_credentials() -> None:
    assert as_block(parse(HTTP | CREDENTIALS)) == {"type": "Callback", "email": "", "url": URL, "method": "JSON"}
    assert as_block(parse({"type": "Email", "email": "a@b.co"})) == {
        "type": "Email",
        "email": "a@b.co",
        "url": "",
        "method": "",
    }
    assert as_block(None) == {"type": "None", "email": "", "url": "", "method": ""}
    assert {type(text) for text in as_block(parse(HTTP)).values()} == {str}


@given(
    st.sampled_from(list(CATALOGUE)),
    st.dictionaries(
        st.sampled_from([*ACCOUNT_FIELDS, "fonenumber", "x"]),
        st.none()
        | st.text(st.characters())
        | st.sampled_from(["Callback", "Email", "GET", "JSON", URL, "a@b.co"])
        | st.integers(),
    ),
)
def test_any_fields_are_parsed_or_refused(event: str, fields: dict[str, Any]) -> None:
    try:
        callback = parse_public_setting(lookup(event), fields, owner=OWNER, allowed=None)
    except InvalidSetting:
        return
    assert (
        callback is None
        or parse_public_setting(lookup(event), as_block(callback), owner=OWNER, allowed=None) is not None
    )
