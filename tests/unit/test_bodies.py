"""Bodies of requests: what is read, and what is refused with which status."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.bodies import MOST_BYTES, MOST_FIELDS, parse_form, parse_json, readable
from api.problems import Problem

FORM = "application/x-www-form-urlencoded"


def event(body: str | bytes, content_type: str | None = "application/json") -> dict[str, Any]:
    headers = {} if content_type is None else {"content-type": content_type}
    if isinstance(body, bytes):
        return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True, "headers": headers}
    return {"body": body, "isBase64Encoded": False, "headers": headers}


def refused(body: str | bytes, content_type: str | None = "application/json") -> tuple[int, str]:
    with pytest.raises(Problem) as caught:
        parse_json(readable(event(body, content_type))["body"])
    return caught.value.status.value, caught.value.message


@pytest.mark.parametrize("content_type", ["application/json", "APPLICATION/JSON; charset=UTF-8", None, ""])
def test_json_is_read_under_its_name_and_where_nothing_is_said(content_type: str | None) -> None:
    assert readable(event('{"a":1}', content_type))["body"] == '{"a":1}'


@pytest.mark.parametrize("body", ["a=1&b=hello+world%21", b"a=1&b=hello+world%21"], ids=["text", "base64"])
def test_a_form_becomes_the_same_json_as_a_client_of_json_sends(body: str | bytes) -> None:
    read = readable(event(body, f"{FORM}; charset=utf-8"))

    assert json.loads(read["body"]) == {"a": "1", "b": "hello world!"}
    assert (read["headers"]["content-type"], read["isBase64Encoded"]) == ("application/json", False)


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


def test_no_body_is_no_body() -> None:
    assert readable({"headers": {}})["body"] is None
    assert readable(event("", "text/xml"))["body"] is None


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{", "body: not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("type=None", "body: not JSON: Expecting value: line 1 column 1 (char 0)"),
        ('{"a":NaN}', "body: not JSON: NaN is not a JSON value"),
        ('["a"]', "body: given a list; it takes an object of fields"),
        ("null", "body: given null; it takes an object of fields"),
        ('"text"', "body: given text; it takes an object of fields"),
        ('{"a":1,"a":2}', "a: given twice"),
        ('{"a":{"b":1,"b":1}}', "b: given twice"),
        pytest.param("[" * 100_000, "body: not JSON: nested too deeply", id="deep"),
        (b'{"a":"\xff"}', "body: not UTF-8"),
    ],
)
def test_json_that_cannot_be_meant_is_refused(body: str | bytes, message: str) -> None:
    assert refused(body) == (400, message)


@pytest.mark.parametrize("literal", ["1573204600.10000", "9" * 200_000], ids=["a fraction", "a long integer"])
def test_a_number_keeps_its_literal(literal: str) -> None:
    """Whatever its length, it is no work; its field says whether it takes one."""
    assert str(parse_json(f'{{"a":{literal}}}')["a"]) == literal


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("a=%ff", "body: a form that is not UTF-8"),
        ("&".join(f"a{number}=1" for number in range(MOST_FIELDS + 1)), "body: a form that is more than 100 fields"),
    ],
)
def test_a_form_that_cannot_be_meant_is_refused(form: str, message: str) -> None:
    assert refused(form, FORM) == (400, message)


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "text/xml", "multipart/form-data; boundary=x", "application/json; charset=utf-16", "json", "é/ü"],
)
def test_a_type_that_we_do_not_read_is_told_so(content_type: str) -> None:
    status, message = refused("{}", content_type)

    assert status == 415
    assert message.endswith("; it takes application/json or application/x-www-form-urlencoded, in UTF-8")


@pytest.mark.parametrize(
    "body", ["x" * (MOST_BYTES + 1), b"x" * (MOST_BYTES + 1), b"x" * 1_048_576], ids=["text", "base64", "1 MiB"]
)
def test_a_body_beyond_an_event_s_size_is_too_large(body: str | bytes) -> None:
    assert refused(body) == (413, f"body: {len(body):,} bytes; it takes at most 262,144")


@given(st.text() | st.binary(), st.sampled_from(["application/json", FORM, "text/plain", "; ;", ""]))
def test_whatever_comes_is_an_object_or_a_problem(body: str | bytes, content_type: str) -> None:
    status = 0
    try:
        text = readable(event(body, content_type))["body"]
        assert text is None or isinstance(parse_json(text), dict)
    except Problem as problem:
        status = problem.status
    assert status in {0, 400, 415}
