"""What a request's headers say of its body: the type, and the charset of its text.

Clients label bodies in many ways (`charset=utf8`, `application/vnd.api+json`, `application/json; utf-8`), and most
labels leave no doubt about what is meant.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from encodings.aliases import aliases
from http import HTTPStatus
from types import MappingProxyType

from api.gateway.errors import Problem
from ringback.text import quote_value

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

CHARSETS = MappingProxyType(
    {"utf_8": "UTF-8", "latin_1": "ISO-8859-1", "iso8859_15": "ISO-8859-15", "cp1252": "Windows-1252"}
)
"""Charsets that are read, by Python's codecs for them; US-ASCII is a part of the first."""

TAKES = f"expected {JSON} or {FORM}, in UTF-8, ISO-8859-1, ISO-8859-15 or Windows-1252"
"""What a body may be, for whoever sent another one."""

COMPRESSIONS = frozenset({"br", "compress", "deflate", "gzip", "x-gzip", "zstd"})
"""Content codings that change the bytes of a body; other values of Content-Encoding are a mistake that does no harm."""

MAX_HEADER = 256
"""Characters of a header that are read; common ones have up to 60."""

_JSON = re.compile(r"(application|text)/(x-)?json|[^/\s]+/[^/\s]+\+json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a body is."""

    is_form: bool
    """A form; JSON otherwise."""
    codec: str | None
    """Python's codec for its text; None where the charset is none of ours."""
    header: str
    """The `Content-Type` as it was given."""

    @property
    def refusal(self) -> Problem:
        """What the client is told if this is not taken (415)."""
        return Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Content-Type: given {quote_value(self.header)}; {TAKES}")


def parse_content(headers: Mapping[str, str]) -> Content:
    """What *headers* say of a body; one of which nothing is said is JSON in UTF-8.

    Raises:
        Problem: it is of a type that we do not read, or compressed (415).
    """
    _refuse_compression(headers.get("content-encoding", ""))
    header = headers.get("content-type", "")[:MAX_HEADER].strip()
    # A header that was sent twice comes as one, with a comma.
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
    """*charset* without case, quotes and punctuation, which nobody writes alike."""
    return re.sub("[^0-9a-z]", "", charset.lower())


_READ_AS = {codec: codec for codec in CHARSETS} | {"ascii": "utf_8"}

# Not codecs.lookup: it remembers every name that it was ever asked for, and tries to import it.
_CODECS = {
    _plain(name): _READ_AS[codec]
    for name, codec in (*aliases.items(), *((codec, codec) for codec in _READ_AS))
    if codec in _READ_AS
}
"""The codec of every name of a charset."""
