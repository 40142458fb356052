"""What the headers of a body say."""

import codecs

import pytest

from api.gateway.content_types import CHARSETS, FORM, TAKES, parse_content
from api.gateway.errors import Problem


@pytest.mark.parametrize(
    "name", ["utf8", "UTF-8", '"utf-8"', "utf_8", " Utf-8 ", "us-ascii", "ascii", "ANSI_X3.4-1968", "", "\0", "é"]
)
def test_a_charset_has_many_names(name: str) -> None:
    assert parse_content({"content-type": f"application/json; charset={name}"}).codec == "utf_8"


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("ISO-8859-1", "latin_1"),
        ("latin1", "latin_1"),
        ("L1", "latin_1"),
        ("iso8859_15", "iso8859_15"),
        ("latin-9", "iso8859_15"),
        ("windows-1252", "cp1252"),
        ("CP1252", "cp1252"),
    ],
)
def test_some_others_are_read_too(name: str, codec: str) -> None:
    assert parse_content({"content-type": f"{FORM};charset={name}"}).codec == codec


@pytest.mark.parametrize("codec", CHARSETS)
def test_what_is_read_is_what_python_reads(codec: str) -> None:
    assert codecs.lookup(codec)
    assert CHARSETS[codec] in TAKES
    assert parse_content({"content-type": f"application/json; charset={CHARSETS[codec]}"}).codec == codec


@pytest.mark.parametrize("name", ["utf-16", "gbk", "none", "x" * 10_000, "zlib", "idna", "charset"])
def test_a_charset_of_another_name_is_none_of_ours(name: str) -> None:
    assert parse_content({"content-type": f"application/json; charset={name}"}).codec is None


def test_of_two_charsets_the_first_counts() -> None:
    assert parse_content({"content-type": "application/json; charset=latin1; charset=utf-8"}).codec == "latin_1"


@pytest.mark.parametrize(
    "header",
    ["text/plain", "text/xml", "multipart/form-data; boundary=x", "json", "é/ü", "+json", "a/+json", "; charset=x"],
)
def test_a_type_that_we_do_not_read_is_told_so(header: str) -> None:
    with pytest.raises(Problem) as caught:
        parse_content({"content-type": header})

    assert caught.value.status == 415
    assert caught.value.message.endswith(
        "; expected application/json or application/x-www-form-urlencoded,"
        " in UTF-8, ISO-8859-1, ISO-8859-15 or Windows-1252"
    )
