"""Show the beginning of an answer as text that a person can read."""

import re
import zlib
from codecs import getincrementaldecoder
from encodings.aliases import aliases

MAX_COUNT = 1024
"""Bytes of an answer that an excerpt shows, after decompression."""

_READABLE = 0.8
"""The least share of readable characters; an answer with less is called binary."""

_CHARSETS = frozenset(
    [
        "ascii",
        "big5",
        "big5hkscs",
        "cp437",
        "cp850",
        "cp852",
        "cp866",
        "cp874",
        "cp932",
        "cp949",
        "cp1250",
        "cp1251",
        "cp1252",
        "cp1253",
        "cp1254",
        "cp1255",
        "cp1256",
        "cp1257",
        "cp1258",
        "euc_jp",
        "euc_kr",
        "gb18030",
        "gb2312",
        "gbk",
        "iso2022_jp",
        "iso2022_kr",
        "iso8859_2",
        "iso8859_3",
        "iso8859_4",
        "iso8859_5",
        "iso8859_6",
        "iso8859_7",
        "iso8859_8",
        "iso8859_9",
        "iso8859_10",
        "iso8859_11",
        "iso8859_13",
        "iso8859_14",
        "iso8859_15",
        "iso8859_16",
        "koi8_r",
        "koi8_u",
        "latin_1",
        "mac_cyrillic",
        "mac_roman",
        "shift_jis",
        "tis_620",
        "utf_8",
        "utf_8_sig",
        "utf_16",
        "utf_16_be",
        "utf_16_le",
        "utf_32",
    ]
)
"""Python's names of the charsets on the web; its other codecs unpack data, are slow, or are not charsets."""

_CHARSET = re.compile(r"charset *= *[\"']?([\w.:-]{1,40})", re.IGNORECASE | re.ASCII)

_WINDOW = {"gzip": 31, "x-gzip": 31, "deflate": 47}
"""The `wbits` with which `zlib` reads a Content-Encoding with its header; 47 detects the kind."""


def readable(body: bytes, *, size: int | None = None, content_type: str = "", content_encoding: str = "") -> str:
    """Return *body*, the beginning of an answer of *size* bytes, as text, or a note that it is binary.

    This never fails, whatever headers and bytes are, and returns at most `MAX_COUNT` characters.
    """
    if body.isascii() and not content_encoding:
        text = body[:MAX_COUNT].decode("ascii")
        if text.isprintable():  # as nearly all are
            return text
    cut = size is not None and len(body) < size
    encoding = content_encoding.strip().lower()
    if encoding not in ("", "identity"):
        unpacked = _decompress(body, encoding)
        if unpacked is None:
            return _binary(body, size)
        body, cut = unpacked, True
    text = _decode(body[:MAX_COUNT], content_type, cut=cut or len(body) > MAX_COUNT)
    shown = "".join(char if char.isprintable() or char in "\t\r\n" else "\ufffd" for char in text)
    return shown if shown.count("\ufffd") <= (1 - _READABLE) * len(shown) else _binary(body, size)


def _binary(body: bytes, size: int | None) -> str:
    return f"binary, {len(body) if size is None else size:,} bytes"


def _decompress(body: bytes, encoding: str) -> bytes | None:
    """Decompress the first `MAX_COUNT` bytes of *body*; return None if that is impossible."""
    windows = [_WINDOW[encoding]] if encoding in _WINDOW else []
    for window in (*windows, -15) if encoding == "deflate" else windows:  # "deflate" without a header is common
        try:
            return zlib.decompressobj(window).decompress(body, MAX_COUNT)
        except zlib.error:
            continue
    return None


def _decode(body: bytes, content_type: str, *, cut: bool) -> str:
    decoder = getincrementaldecoder(_charset(content_type))("replace")
    return decoder.decode(body, final=not cut)  # half a character at the cut is left out


def _charset(content_type: str) -> str:
    named = _CHARSET.search(content_type)
    label = named[1].lower().replace("-", "_") if named else ""
    name = aliases.get(label, label)
    return name if name in _CHARSETS else "utf_8"
