"""The type and the charset of a request's body, according to its headers.

Clients label bodies in many ways (`charset=utf8`, `application/vnd.api+json`, `application/json; utf-8`); a label is
accepted if it is clear what it means.
"""

import re
from collections.abc import Mapping
from encodings.aliases import aliases
from http import HTTPStatus
from types import MappingProxyType

from api.gateway.errors import Problem
from ringback.frozen import frozen
from ringback.text import quote_value

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

CHARSETS = MappingProxyType(
    {"utf_8": "UTF-8", "latin_1": "ISO-8859-1", "iso8859_15": "ISO-8859-15", "cp1252": "Windows-1252"}
)
"""The supported charsets by Python's codecs; US-ASCII is a subset of the first."""

TAKES = f"expected {JSON} or {FORM}, in UTF-8, ISO-8859-1, ISO-8859-15 or Windows-1252"
"""The supported types and charsets, for messages about others."""

COMPRESSIONS = frozenset({"br", "compress", "deflate", "gzip", "x-gzip", "zstd"})
"""Content codings that compress a body; other values of Content-Encoding are harmless mistakes."""

MAX_HEADER = 256
"""Characters of a header to look at; common ones have up to 60."""

_JSON = re.compile(r"(application|text)/(x-)?json|[^/\s]+/[^/\s]+\+json")


@frozen
class Content:
    """The type and charset of a body."""

    is_form: bool
    """Whether it is a form; otherwise it is JSON."""
    codec: str | None
    """Python's codec for its text; None if the charset is not supported."""
    header: str
    """The `Content-Type` as it was given."""

    @property
    def refusal(self) -> Problem:
        """The error for a body of this type (415)."""
        return Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Content-Type: given {quote_value(self.header)}; {TAKES}")


def parse_content(headers: Mapping[str, str]) -> Content:
    """Return what *headers* say about the body; without any, it is JSON in UTF-8.

    Raises:
        Problem: the type is not supported, or the body is compressed (415).
    """
    _refuse_compression(headers.get("content-encoding", ""))
    header = headers.get("content-type", "")[:MAX_HEADER].strip()
    # API Gateway joins a header that was sent twice with a comma.
    kinds = {part.partition(";")[0].strip().lower() for part in header.split(",")} if header else {JSON}
    content = Content(is_form=kinds == {FORM}, codec=_codec(header), header=header)
    if not content.is_form and not all(map(_JSON.fullmatch, kinds)):
        raise content.refusal
    return content


def _refuse_compression(given: str) -> None:
    for coding in given[:MAX_HEADER].lower().split(","):
        if coding.strip() in COMPRESSIONS:
            what = f"Content-Encoding: given {quote_value(given)}; send the body uncompressed"
            raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, what, {"Accept-Encoding": "identity"})


def _codec(header: str) -> str | None:
    for parameter in re.split("[;,]", header)[1:]:
        name, _, charset = parameter.partition("=")
        if name.strip().lower() == "charset" and (plain := _plain(charset)):
            return _CODECS.get(plain)
    return "utf_8"


def _plain(charset: str) -> str:
    """Strip *charset* of case, quotes and punctuation, which clients write in many ways."""
    return re.sub("[^0-9a-z]", "", charset.lower())


_READ_AS = {codec: codec for codec in CHARSETS} | {"ascii": "utf_8"}

# Not codecs.lookup, which tries to import every name and caches it for ever.
_CODECS = {
    _plain(name): _READ_AS[codec]
    for name, codec in (*aliases.items(), *((codec, codec) for codec in _READ_AS))
    if codec in _READ_AS
}
"""The codec for every name of a supported charset."""
