"""The beginning of an answer, as text that a person can read."""

import gzip
import warnings
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.http.excerpt import MAX_COUNT, readable

TEXT = "Zażółć gęślą jaźń: 1, 2, 3\n"
TWICE = gzip.compress(gzip.compress(b"ok", mtime=0), mtime=0)
RAW_DEFLATE = zlib.compressobj(wbits=-15)

ENCODED = [
    ("gzip", gzip.compress(TEXT.encode(), mtime=0)),
    ("x-gzip", gzip.compress(TEXT.encode(), mtime=0)),
    ("GZIP ", gzip.compress(TEXT.encode(), mtime=0)),
    ("deflate", zlib.compress(TEXT.encode())),
    ("deflate", RAW_DEFLATE.compress(TEXT.encode()) + RAW_DEFLATE.flush()),
    ("identity", TEXT.encode()),
    ("", TEXT.encode()),
]

CHARSETS = [
    ("text/plain; charset=ISO-8859-1", "latin-1", "déjà vu"),
    ('text/html;Charset="iso-8859-2"', "iso-8859-2", "zażółć"),
    ("text/plain; charset=windows-1251", "cp1251", "привет"),
    ("text/plain; charset=Shift_JIS", "shift_jis", "こんにちは"),
    ("text/plain; charset=utf-16", "utf-16", "hi there"),
    ("text/plain; charset=UTF-8", "utf-8", "naïve ✓"),
    ("application/json", "utf-8", '{"a": "ü"}'),
    ("text/plain; charset=", "utf-8", "ü"),
]


@pytest.mark.parametrize(("encoding", "body"), ENCODED)
def test_compressed_text_is_unpacked(encoding: str, body: bytes) -> None:
    assert readable(body, content_encoding=encoding) == TEXT


@pytest.mark.parametrize(("content_type", "charset", "text"), CHARSETS)
def test_text_is_read_in_its_charset(content_type: str, charset: str, text: str) -> None:
    assert readable(text.encode(charset), content_type=content_type) == text


@pytest.mark.parametrize("cut", range(1, 4))
@pytest.mark.parametrize(
    ("text", "content_type"), [("😀" * 300, ""), ("日本" * 400, "text/plain; charset=euc-jp"), ("é" * 600, "")]
)
def test_a_cut_within_a_character_leaves_none_of_it(text: str, content_type: str, cut: int) -> None:
    charset = content_type.rpartition("=")[2] or "utf-8"
    whole = text.encode(charset)

    excerpt = readable(whole[: MAX_COUNT - cut], size=len(whole), content_type=content_type)

    assert text.startswith(excerpt)
    assert len(excerpt.encode(charset)) > MAX_COUNT - cut - 4


def test_unpacking_ends_where_the_excerpt_does() -> None:
    """Whatever a few bytes would grow to."""
    bomb = gzip.compress(b"x" * 100_000_000)

    assert readable(bomb[:MAX_COUNT], size=len(bomb), content_encoding="gzip") == "x" * MAX_COUNT


@pytest.mark.parametrize(
    ("body", "details", "text"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(200), {}, "binary, 208 bytes"),
        (bytes(1000), {"size": 12_345}, "binary, 12,345 bytes"),
        (b"ok", {"content_encoding": "br"}, "binary, 2 bytes"),
        (b"no gzip", {"content_encoding": "gzip"}, "binary, 7 bytes"),
        (gzip.compress(gzip.compress(b"ok", mtime=0), mtime=0), {"content_encoding": "gzip, gzip"}, "binary, 39 bytes"),
        (b"", {}, ""),
    ],
)
def test_what_is_no_text_is_called_binary(body: bytes, details: dict[str, object], text: str) -> None:
    assert readable(body, **details) == text  # type: ignore[arg-type]  # the table's values have several types


def test_a_control_character_becomes_a_visible_one() -> None:
    """DynamoDB, a log and a page take them all the same; nobody can read them."""
    assert readable(b"a line\r\n\tanother\x00 and \x1b[31mred") == "a line\r\n\tanother\ufffd and \ufffd[31mred"


@given(
    body=st.binary(max_size=200),
    size=st.integers(0, 300) | st.none(),
    content_type=st.text(max_size=40) | st.sampled_from(["text/x; charset=idna", "x; charset=zlib", "; charset=hex"]),
    content_encoding=st.text(max_size=10) | st.sampled_from(["gzip", "deflate", "identity"]),
)
def test_no_answer_is_an_exception(body: bytes, size: int | None, content_type: str, content_encoding: str) -> None:
    """Whatever its headers say: it is a receiver's text."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        excerpt = readable(body, size=size, content_type=content_type, content_encoding=content_encoding)

    assert len(excerpt) <= MAX_COUNT
    assert all(character.isprintable() or character in "\t\r\n" for character in excerpt)
