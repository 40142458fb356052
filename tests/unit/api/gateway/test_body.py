"""Bodies of requests: what is read, and what is refused with which status."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.gateway.body import MAX_BYTES, parse_json, readable
from api.gateway.errors import MAX_LEVELS, Problem

FORM = "application/x-www-form-urlencoded"


def event(body: str | bytes, content_type: str | None = "application/json") -> dict[str, Any]:
    headers = {} if content_type is None else {"content-type": content_type}
    if isinstance(body, bytes):
        return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True, "headers": headers}
    return {"body": body, "isBase64Encoded": False, "headers": headers}


def levels(count: int) -> str:
    """JSON of so many objects within each other."""
    return '{"a":' * count + "1" + "}" * count


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


def test_no_body_is_no_body() -> None:
    assert readable({"headers": {}})["body"] is None
    for body in ("", b"", "\r\n"):
        read = readable(event(body, "text/xml"))
        assert (read["body"], read["headers"]["content-type"]) == (None, "application/json")


@pytest.mark.parametrize("body", ["null", b" null\n", "[]", "\ufeff", "\ufeffnull"])
def test_json_that_says_nothing_is_no_body(body: str | bytes) -> None:
    assert readable(event(body))["body"] is None


def test_a_byte_order_mark_is_no_part_of_a_body() -> None:
    for body in ('\ufeff{"a":1}', b'\xef\xbb\xbf{"a":1}'):
        assert readable(event(body))["body"] == '{"a":1}'
    assert readable(event("\ufeffa=1", FORM))["body"] == '{"a": "1"}'


@pytest.mark.parametrize(
    ("body", "text"), [(b'{"a":"caf\xe9"}', '{"a":"café"}'), ('{"a":"café"}', '{"a":"café"}')], ids=["bytes", "text"]
)
def test_a_charset_is_that_of_bytes_and_text_has_none_any_more(body: str | bytes, text: str) -> None:
    assert readable(event(body, "application/json; charset=iso-8859-1"))["body"] == text


def test_u_fffd_that_is_meant_is_read() -> None:
    assert parse_json(readable(event('{"a":"\\ufffd"}'))["body"]) == {"a": "\ufffd"}
    assert parse_json(readable(event('{"a":"\ufffd"}'.encode()))["body"]) == {"a": "\ufffd"}


def test_as_many_levels_as_there_may_be_are_read() -> None:
    assert parse_json(levels(MAX_LEVELS))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{", "body: not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("type=None", "body: not JSON: Expecting value: line 1 column 1 (char 0)"),
        ('{"a":NaN}', "body: not JSON: NaN is not a JSON value"),
        ('["a"]', "body: given a list; expected an object of fields"),
        ("1", "body: given a number; expected an object of fields"),
        ('"text"', "body: given text; expected an object of fields"),
        ('{"a":1,"a":2}', "a: given twice"),
        ('{"a":{"b":1,"b":1}}', "b: given twice"),
        pytest.param("[" * 100_000, "body: nested too deeply; the maximum is 8 levels", id="unfinished"),
        pytest.param(levels(MAX_LEVELS + 1), "body: nested too deeply; the maximum is 8 levels", id="one too many"),
        pytest.param(levels(500), "body: nested too deeply; the maximum is 8 levels", id="deep"),
        (b'{"a":"\xff"}', "body: not UTF-8"),
        ('{"a":"\ufffd"}', "body: not UTF-8; if you mean U+FFFD, write it as \\ufffd"),
    ],
)
def test_json_that_cannot_be_meant_is_refused(body: str | bytes, message: str) -> None:
    assert refused(body) == (400, message)


@pytest.mark.parametrize("literal", ["1573204600.10000", "9" * 200_000], ids=["a fraction", "a long integer"])
def test_a_number_keeps_its_literal(literal: str) -> None:
    """Whatever its length, it is no work; its field says whether it takes one."""
    assert str(parse_json(f'{{"a":{literal}}}')["a"]) == literal


@pytest.mark.parametrize(
    "body", ["x" * (MAX_BYTES + 1), b"x" * (MAX_BYTES + 1), b"x" * 1_048_576], ids=["text", "base64", "1 MiB"]
)
def test_a_body_beyond_an_event_s_size_is_too_large(body: str | bytes) -> None:
    assert refused(body) == (413, f"body: {len(body):,} bytes; the maximum is 262,144")


def test_a_body_that_is_too_large_once_it_is_utf_8_is_too() -> None:
    """That is what is kept of it; a Euro sign takes three bytes, and one where it comes from."""
    body = b'{"message": "' + b"\x80" * 100_000 + b'"}'

    assert refused(body, "application/json; charset=windows-1252") == (
        413,
        "body: 300,015 bytes in UTF-8; the maximum is 262,144",
    )


@given(st.text() | st.binary(), st.sampled_from(["application/json", FORM, "text/plain", "; ;", ""]))
def test_whatever_comes_is_an_object_or_a_problem(body: str | bytes, content_type: str) -> None:
    status = 0
    try:
        text = readable(event(body, content_type))["body"]
        assert text is None or isinstance(parse_json(text), dict)
    except Problem as problem:
        status = problem.status
    assert status in {0, 400, 415}
