"""`Custom::Callback`: properties and identity."""

from typing import Any

import pytest

from custom_resource.properties import (
    NEVER_CREATED,
    build_attributes,
    describe_invalid_property,
    parse_declaration,
    parse_physical_id,
)
from ringback.errors import InvalidSetting

PROPERTIES = {
    "ServiceToken": "arn:aws:lambda:us-east-1:123456789012:function:ringback",
    "Account": "1000001",
    "Fonenumber": "+1 (321) 555-1212",
    "Event": "messages/receive_notify",
    "Type": "Callback",
    "Url": "https://my.example.com/hook",
    "Method": "JSON",
    "UrlUsername": "user",
    "UrlPassword": "planted-password",
}


def refused(**changes: Any) -> str:
    with pytest.raises(InvalidSetting) as caught:
        parse_declaration({name: value for name, value in (PROPERTIES | changes).items() if value != ""})
    return describe_invalid_property(caught.value)


def test_properties_are_the_api_s_fields_for_a_number_and_an_event() -> None:
    declaration = parse_declaration(PROPERTIES)

    assert declaration.key == ("1000001#3215551212", "messages/receive_notify")
    assert declaration.fields == {
        "type": "Callback",
        "url": "https://my.example.com/hook",
        "method": "JSON",
        "url_username": "user",
        "url_password": "planted-password",
    }


@pytest.mark.parametrize(("number", "stored"), [("+49 30 123456", "+4930123456"), ("72345", "72345")])
def test_a_number_may_be_of_any_country(number: str, stored: str) -> None:
    declaration = parse_declaration(PROPERTIES | {"Fonenumber": number})

    assert parse_physical_id(declaration.physical_id) == declaration.key
    assert build_attributes(declaration.key)["Fonenumber"] == stored


def test_the_identity_is_number_and_event() -> None:
    declaration = parse_declaration(PROPERTIES)

    assert declaration.physical_id == "1000001#3215551212|messages/receive_notify"
    assert parse_physical_id(declaration.physical_id) == declaration.key
    assert parse_declaration(PROPERTIES | {"Url": "https://b/"}).physical_id == declaration.physical_id
    assert parse_declaration(PROPERTIES | {"Event": "calls/send_notify"}).physical_id != declaration.physical_id
    assert build_attributes(declaration.key) == {
        "Account": "1000001",
        "Fonenumber": "3215551212",
        "Event": "messages/receive_notify",
    }


@pytest.mark.parametrize(
    "physical_id", [f"{NEVER_CREATED}52fdfc07", "2026/11/23/[$LATEST]52fdfc07", "stack-Callback-1ABC"]
)
def test_what_was_never_made_stands_for_nothing(physical_id: str) -> None:
    assert parse_physical_id(physical_id) is None


def test_call_records_are_of_the_whole_account() -> None:
    properties = {name: value for name, value in PROPERTIES.items() if name != "Fonenumber"}

    assert parse_declaration(properties | {"Event": "accounts/cdr_notify"}).key == ("1000001#*", "accounts/cdr_notify")
    assert refused(Event="accounts/cdr_notify").startswith("Fonenumber: leave it out")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Color": "red"}, "Color: unknown property; allowed: Account, Fonenumber, Event, Type, Email, Method, Url"),
        ({"Url": ["https://a/"]}, "Url: given a list; expected text"),
        (
            {"UrlPassword": "{{resolve:secretsmanager:x}}"},
            "UrlPassword: a dynamic reference, which CloudFormation does not",
        ),
        ({"Account": ""}, "Account: given null; allowed: 1 to 64 letters, digits, . _ @ -"),
        ({"Account": "a#b"}, 'Account: given "a#b"; allowed: 1 to 64 letters, digits, . _ @ -'),
        ({"Fonenumber": ""}, "Fonenumber: missing; expected 10 digits as in 3215551212, "),
        ({"Fonenumber": "123"}, 'Fonenumber: given "123"; expected 10 digits as in 3215551212, '),
        ({"Event": "messages/lost"}, 'Event: given "messages/lost"; allowed: messages/receive_notify, '),
    ],
)
def test_a_wrong_property_is_named_as_in_the_template(changes: dict[str, Any], message: str) -> None:
    assert refused(**changes).startswith(message)
