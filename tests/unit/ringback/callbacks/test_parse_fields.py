"""Names and types of a setting's fields."""

import pytest

from ringback.callbacks.parse import name_as_given, read_texts
from ringback.errors import InvalidSetting

NAMES = {
    "method": "method",
    "url_method": "method",
    "url_password": "url_password",
    "password": "url_password",
    "url": "url",
    "confirmation_url": "url",
}


def test_texts_come_under_canonical_names() -> None:
    assert read_texts({"url_method": "GET", "password": "x"}, NAMES) == {"method": "GET", "url_password": "x"}


def test_null_is_the_empty_text_and_a_field_not_given_is_absent() -> None:
    assert read_texts({"method": None}, NAMES) == {"method": ""}


@pytest.mark.parametrize(
    "fields",
    [
        {"method": "GET", "url_method": ""},
        {"method": None, "url_method": "GET"},
        {"url_method": "GET", "method": "GET"},
    ],
)
def test_two_names_of_one_field_may_agree(fields: dict[str, object]) -> None:
    """Clients that send all fields leave one of them empty."""
    assert read_texts(fields, NAMES) == {"method": "GET"}


def test_two_names_of_one_field_that_disagree_are_refused() -> None:
    with pytest.raises(InvalidSetting) as caught:
        read_texts({"method": "GET", "url_method": "POST"}, NAMES)

    assert str(caught.value) == 'url_method: conflicts with its alias method: "GET" and "POST"'


@pytest.mark.parametrize(("one", "other"), [("url_password", "password"), ("url", "confirmation_url")])
def test_a_conflict_does_not_repeat_what_is_private(one: str, other: str) -> None:
    with pytest.raises(InvalidSetting, match="they differ") as caught:
        read_texts({one: "planted-1", other: "planted-2"}, NAMES)

    assert "planted" not in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"url_method": "PUT"}, "url_method"),
        ({"url_method": "PUT", "method": "PUT"}, "method"),
        ({"url_method": "", "method": "PUT"}, "method"),
        ({}, "method"),
    ],
)
def test_an_error_names_the_field_as_it_was_given(fields: dict[str, object], field: str) -> None:
    error = name_as_given(InvalidSetting("method", "no"), fields, NAMES)

    assert (error.field, error.message) == (field, "no")


@pytest.mark.parametrize("name", ["user", "URL", "", " url", "metod"])
def test_an_unknown_field_is_refused_by_name_with_the_list_of_all(name: str) -> None:
    with pytest.raises(InvalidSetting, match=", ".join(NAMES)) as caught:
        read_texts({name: "planted"}, NAMES)

    assert caught.value.field == name
    assert "planted" not in str(caught.value)


def test_a_field_name_cannot_break_the_message() -> None:
    with pytest.raises(InvalidSetting) as caught:
        read_texts({"a\r\nb\ud800": ""}, NAMES)

    assert caught.value.field == r"a\r\nb\ud800"


@pytest.mark.parametrize(
    ("value", "kind"),
    [([], "a list"), ({}, "an object"), (7, "a number"), (7.5, "a number"), (True, "true or false")],
)
def test_a_value_that_is_no_text_is_refused_without_being_repeated(value: object, kind: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        read_texts({"url_password": value}, NAMES)

    assert str(caught.value) == f"url_password: given {kind}; expected text"
