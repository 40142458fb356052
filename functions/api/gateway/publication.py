"""Public texts: compressed once, and not sent again to clients that have them (RFC 9110, 8.8.3 and 13.1.2)."""

import base64
import hashlib
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

GZIP = zlib.MAX_WBITS | 16
"""Deflate's largest window, in gzip's frame."""

SMALL_BLOCKS = 7
"""Of zlib's memory levels the one that packs scripts and documents best: a code of its own for each smaller block."""

FRESH = "public, max-age=300"
"""The Cache-Control of texts that may change with a deployment."""


@dataclass(frozen=True, kw_only=True)
class Publication:
    """A text that is the same for every caller."""

    content_type: str
    text: str = field(repr=False)
    headers: Mapping[str, str]
    """Headers in addition to those for caching."""

    @cached_property
    def tag(self) -> str:
        """The entity tag, a weak one because the compressed text has the same."""
        digest = hashlib.sha256(f"{self.headers}{self.text}".encode()).hexdigest()
        return f'W/"{digest[:32]}"'

    def answer(self, asked: Mapping[str, str]) -> Response[str]:
        """Return the response to a request with the headers *asked*, by lower-case name."""
        headers = {"ETag": self.tag, "Cache-Control": FRESH, "Vary": "Accept-Encoding", **self.headers}
        if _has(asked.get("if-none-match", ""), self.tag):
            return Response(status_code=HTTPStatus.NOT_MODIFIED.value, body="", headers=headers)
        if not _takes_gzip(asked.get("accept-encoding", "")):
            return self._sent(self.text, headers)
        packed = self._sent(self._packed, headers | {"Content-Encoding": "gzip"})
        packed.base64_encoded = True
        return packed

    @cached_property
    def _packed(self) -> str:
        packer = zlib.compressobj(level=9, wbits=GZIP, memLevel=SMALL_BLOCKS)
        return base64.b64encode(packer.compress(self.text.encode()) + packer.flush()).decode()

    def _sent(self, body: str, headers: dict[str, str]) -> Response[str]:
        return Response(status_code=HTTPStatus.OK.value, content_type=self.content_type, body=body, headers=headers)


def _has(given: str, tag: str) -> bool:
    """Return whether the tags *given* in If-None-Match include *tag*; weak and strong tags compare as equal."""
    return given.strip() == "*" or tag.removeprefix("W/") in re.findall(r'"[^"]*"', given)


def _takes_gzip(given: str) -> bool:
    codings = (coding.replace(" ", "").lower().split(";") for coding in given.split(","))
    return any(name in {"gzip", "x-gzip", "*"} and not re.fullmatch("q=0(\\.0*)?", "".join(q)) for name, *q in codings)
