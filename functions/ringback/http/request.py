"""A request as it goes on the wire."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import override

from requests import PreparedRequest
from requests.structures import CaseInsensitiveDict

from ringback.errors import AttemptFailed
from ringback.models import Outcome, Url
from ringback.ssrf.guard import Target

_NOT_IN_FIELD = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
"""A field has Latin-1 without control characters but the tab (RFC 9110, 5.5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """A rendered HTTP callback."""

    method: str
    """`GET` or `POST`, as on the wire."""
    url: Url
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    """All but `Host` and `Content-Length`, in the order of the wire."""
    body: bytes | None


class AddressedRequest(PreparedRequest):
    """A request as it goes on the wire, and the judged target that it goes to.

    What `requests` wants to know about it is made when somebody asks; nothing that is changed there is sent.
    """

    def __init__(self, request: HttpRequest, target: Target) -> None:
        super().__init__()
        del self.url, self.headers  # they are computed below
        self.target = target
        self.method = request.method
        self.body = request.body
        self._request = request

    @cached_property
    def url(self) -> str:  # type: ignore[override]  # read by `requests`, never set
        """The URL, without user information."""
        url = self._request.url
        return f"{url.scheme}://{url.authority}{url.target}"

    @cached_property
    def headers(self) -> CaseInsensitiveDict[str]:  # type: ignore[override]  # as above
        """All header fields, in the order of the wire."""
        return CaseInsensitiveDict(self._fields())

    @property
    @override
    def path_url(self) -> str:
        """Path and query as the customer wrote them; `requests` and `urllib3` would normalise both."""
        return self._request.url.target

    def on_the_wire(self) -> bytes:
        """Every byte of it.

        Raises:
            AttemptFailed: it has a character that HTTP cannot carry.
        """
        target, fields = self.path_url, [f"{name}: {value}" for name, value in self._fields()]
        if not _is_plain(target, fields):
            # Quoted by no message: it may be in the query, or in a password.
            detail = f"the URL or a header for {self.target.host} has a character that cannot be sent"
            raise AttemptFailed(Outcome.UNUSABLE, detail) from None
        head = "\r\n".join([f"{self._request.method} {target} HTTP/1.1", *fields, "", ""])
        return head.encode("latin-1") + (self._request.body or b"")

    def _fields(self) -> list[tuple[str, str]]:
        request = self._request
        fields = [("Host", request.url.authority), *request.headers, ("Accept-Encoding", "identity")]
        if request.body is not None:
            fields.append(("Content-Length", str(len(request.body))))
        return fields


def _is_plain(target: str, fields: list[str]) -> bool:
    """Whether HTTP can carry it; ASCII that can be printed is all that there is, nearly always."""
    text = "".join(fields)
    if not (text.isascii() and text.isprintable()) and any(map(_NOT_IN_FIELD.search, fields)):
        return False
    return target.isascii() and target.isprintable() and " " not in target
