"""Console sessions: the token in a link that lets a customer in without a token of the platform.

A session token consists of claims and a signature with a key derived from the service's own. Nothing is stored, and
rotating the service's key ends all sessions. A session is for one account and expires; it may be read-only, or limited
to certain numbers.
"""

import base64
import hmac
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus

from api.gateway.errors import Problem
from ringback.frozen import frozen
from ringback.json_text import to_compact_json
from ringback.timestamps import to_iso

SESSION_PURPOSE = "session"
"""The purpose for which the service's key is derived."""

TOKEN_HEADER = "token"  # noqa: S105 - its name, not a secret
"""The header that holds a session, the same as that of a JWT, so that a page has one way to call."""

MAX_TOKEN = 2_048
"""Characters of a session token at most; one for 50 numbers has up to 1,400."""

_TOKEN = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})")

_REOPEN = "open the console again where you got its link"


@frozen
class Session:
    """What a link allows."""

    account: str
    expires: datetime
    """When it ends, on a whole second."""
    read_only: bool = False
    fonenumbers: tuple[str, ...] | None = None
    """The numbers that it is limited to; None for the whole account."""


def build_token(session: Session, key: bytes) -> str:
    """Return the token of *session*, signed with *key*."""
    claims = {
        "account": session.account,
        "expires": int(session.expires.timestamp()),
        "read_only": session.read_only,
        "fonenumbers": session.fonenumbers,
    }
    text = _base64(to_compact_json(claims).encode())
    return f"{text}.{_signature(text, key)}"


def parse_session(token: str | None, key: Callable[[], bytes], now: datetime) -> Session:
    """Verify *token* and return its session; *key* is called only for a well-formed token.

    Raises:
        Problem: it is missing, its signature is wrong, or it has expired (401); the message says what to do.
        InfrastructureError: the key is unavailable.
    """
    if not token:
        raise _unauthorized("missing; send the console's session in this header")
    match = _TOKEN.fullmatch(token) if len(token) <= MAX_TOKEN else None
    if not match or not hmac.compare_digest(match[2], _signature(match[1], key())):
        raise _unauthorized("not a console session, or its key has been rotated")
    session = _read(match[1])
    if session.expires <= now:
        raise _unauthorized(f"this session ended at {to_iso(session.expires)}")
    return session


def _read(text: str) -> Session:
    """Parse claims whose signature has been verified, so that they are as we wrote them."""
    claims = json.loads(base64.urlsafe_b64decode(f"{text}=="))
    fonenumbers = claims["fonenumbers"]
    return Session(
        account=claims["account"],
        expires=datetime.fromtimestamp(claims["expires"], UTC),
        read_only=claims["read_only"],
        fonenumbers=None if fonenumbers is None else tuple(fonenumbers),
    )


def _signature(text: str, key: bytes) -> str:
    return _base64(hmac.digest(key, text.encode(), "sha256"))


def _base64(binary: bytes) -> str:
    return base64.urlsafe_b64encode(binary).decode().rstrip("=")


def _unauthorized(what: str) -> Problem:
    return Problem(HTTPStatus.UNAUTHORIZED, f"{TOKEN_HEADER}: {what}; {_REOPEN}")
