"""Forms: the objects that they stand for."""

import pytest

from api.gateway.errors import Problem
from api.gateway.forms import MAX_FIELDS, parse_form


def test_brackets_in_a_form_are_objects() -> None:
    fields = parse_form("message_options[receive_notify][type]=None&message_options[send_notify][type]=Email&x=")

    assert fields == {
        "message_options": {"receive_notify": {"type": "None"}, "send_notify": {"type": "Email"}},
        "x": "",
    }


@pytest.mark.parametrize("form", ["a=1&a=2", "a=1&a=1", "a[b]=1&a[b]=2", "a=1&a[b]=2", "a[b]=1&a=2"])
def test_a_field_is_given_once(form: str) -> None:
    with pytest.raises(Problem, match="given twice"):
        parse_form(form)


@pytest.mark.parametrize("key", ["a[", "a]", "[a]", "a[]", "a[b", "[]", "a[b]c"])
def test_broken_brackets_are_part_of_a_name_which_no_request_has(key: str) -> None:
    assert parse_form(f"{key}=1") == {key: "1"}


@pytest.mark.parametrize(("codec", "form"), [("utf_8", "a=caf%C3%A9"), ("latin_1", "a=caf%E9"), ("cp1252", "a=caf%E9")])
def test_escapes_are_in_the_charset_of_the_form(codec: str, form: str) -> None:
    assert parse_form(form, codec) == {"a": "café"}


@pytest.mark.parametrize(
    ("form", "codec", "message"),
    [
        ("a=%ff", "utf_8", "body: the form is not UTF-8"),
        ("a=%81", "cp1252", "body: the form is not Windows-1252"),
        (
            "&".join(f"a{number}=1" for number in range(MAX_FIELDS + 1)),
            "utf_8",
            "body: the form has more than 100 fields",
        ),
        ("a" + "[a]" * 8 + "=1", "utf_8", "body: nested too deeply; the maximum is 8 levels"),
        ("a" + "[a]" * 80_000, "utf_8", "body: nested too deeply; the maximum is 8 levels"),
    ],
    ids=["%ff", "%81", "fields", "levels", "many levels"],
)
def test_a_form_that_cannot_be_meant_is_refused(form: str, codec: str, message: str) -> None:
    with pytest.raises(Problem) as caught:
        parse_form(form, codec)

    assert (caught.value.status, caught.value.message) == (400, message)


def test_a_form_may_have_as_many_levels_as_json() -> None:
    fields = parse_form("a" + "[a]" * 7 + "=1")

    for _ in range(7):
        fields = fields["a"]
    assert fields == {"a": "1"}
