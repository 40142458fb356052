"""A request as it goes on the wire: every header that leaves is named here."""

import base64
import re
from collections.abc import Sequence
from dataclasses import field
from datetime import datetime

from ringback import VERSION
from ringback.errors import AttemptFailed
from ringback.frozen import frozen
from ringback.http.signature import sign
from ringback.models import Callback, Event, Method, Outcome, Url
from ringback.timestamps import to_iso

_USER_AGENT, _ACCEPT = ("User-Agent", f"Ringback/{VERSION}"), ("Accept", "*/*")

CONTENT_TYPES = {Method.POST: "application/x-www-form-urlencoded", Method.JSON: "application/json"}
"""The guide's words: the body is JSON under both."""

_NOT_IN_FIELD = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
"""A field has Latin-1 without control characters but the tab (RFC 9110, 5.5)."""

type Headers = tuple[tuple[str, str], ...]


@frozen
class HttpRequest:
    """A rendered HTTP callback."""

    method: str
    """`GET` or `POST`, as on the wire."""
    url: Url
    headers: Headers = field(repr=False)
    """Those of the callback and its event; `all_headers` has the others too."""
    body: bytes | None

    def all_headers(self) -> Headers:
        """Return every header field in the order of the wire."""
        length = () if self.body is None else (("Content-Length", str(len(self.body))),)
        return (("Host", self.url.authority), *self.headers, ("Accept-Encoding", "identity"), *length)

    def to_bytes(self) -> bytes:
        """Return the request byte for byte.

        Raises:
            AttemptFailed: it has a character that HTTP cannot carry.
        """
        target, fields = self.url.target, [f"{name}: {value}" for name, value in self.all_headers()]
        if not _is_sendable(target, fields):
            # Quoted by no message: it may be in the query, or in a password.
            detail = f"the URL or a header for {self.url.host} has a character that cannot be sent"
            raise AttemptFailed(Outcome.UNUSABLE, detail) from None
        head = "\r\n".join([f"{self.method} {target} HTTP/1.1", *fields, "", ""])
        return head.encode("latin-1") + (self.body or b"")


def build_request(  # noqa: PLR0913 - what a request is made of
    callback: Callback,
    event: Event,
    *,
    method: Method,
    url: Url,
    body: bytes | None,
    delivery: str,
    attempt: int,
    at: datetime,
    secrets: Sequence[str],
) -> HttpRequest:
    """Build the request that carries *event* to *url*, signed at *at* with each of *secrets*.

    *delivery* is the `webhook-id`, *attempt* the number of this attempt within that delivery.

    Raises:
        InfrastructureError: a signing secret is unusable.
    """
    timestamp = int(at.timestamp())
    headers = [_USER_AGENT, _ACCEPT]
    if method in CONTENT_TYPES:
        headers.append(("Content-Type", CONTENT_TYPES[method]))
    if callback.url_username:
        headers.append(("Authorization", _basic(callback.url_username, callback.url_password)))
    headers += (
        ("webhook-id", delivery),
        ("webhook-timestamp", str(timestamp)),
        ("webhook-event", event.kind),
        ("webhook-event-time", to_iso(event.time)),
        ("webhook-attempt", str(attempt)),
    )
    if secrets:
        # The values of a GET are in its target: a signature of the empty body would prove none of them.
        signed = url.target.encode() if body is None else body
        headers.append(("webhook-signature", sign(delivery, timestamp, signed, secrets)))
    return HttpRequest(method="GET" if body is None else "POST", url=url, headers=tuple(headers), body=body)


def _basic(user_name: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user_name}:{password}'.encode()).decode()}"


def _is_sendable(target: str, fields: list[str]) -> bool:
    """Whether HTTP can carry both; printable ASCII is nearly always all that there is."""
    text = "".join(fields)
    if not (text.isascii() and text.isprintable()) and any(map(_NOT_IN_FIELD.search, fields)):
        return False
    return target.isascii() and target.isprintable() and " " not in target
