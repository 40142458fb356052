"""Sessions of the console: what a link carries that lets a customer in without a token of the platform's.

A session is claims and their signature, with a key that follows from the service's own: nothing is stored, and rotating
that key ends all of them. It is good for one account, until it ends, and maybe for reading or for some numbers alone.
"""

import base64
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

from api.gateway.errors import Problem
from ringback.json_text import to_compact_json
from ringback.timestamps import to_iso

SESSION_PURPOSE = "session"
"""Of the service's key."""

TOKEN_HEADER = "token"  # noqa: S105 - its name, not a secret
"""Where a session comes in: the header of a JWT, so that a page has one way to call."""

MAX_TOKEN = 2_048
"""Characters of a session that are looked at; one for 50 numbers has up to 1,400."""

_TOKEN = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})")

_AGAIN = "open the console again where you got its link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a link allows."""

    account: str
    expires: datetime
    """On a whole second."""
    read_only: bool = False
    fonenumbers: tuple[str, ...] | None = None
    """The only ones that it is for; None for the whole account."""


def build_token(session: Session, key: bytes) -> str:
    """Return *session* as a link carries it, signed with *key*."""
    claims = {
        "account": session.account,
        "expires": int(session.expires.timestamp()),
        "read_only": session.read_only,
        "fonenumbers": session.fonenumbers,
    }
    text = _base64(to_compact_json(claims).encode())
    return f"{text}.{_signature(text, key)}"


def parse_session(token: str | None, key: Callable[[], bytes], now: datetime) -> Session:
    """Return the session that *token* is; the *key* is asked for only if it may be one.

    Raises:
        Problem: it is none that was signed with that key, or it has ended (401); the message says what to do.
        OurFault: the key is out of reach.
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
    """What we have signed is as we have written it."""
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
    return Problem(HTTPStatus.UNAUTHORIZED, f"{TOKEN_HEADER}: {what}; {_AGAIN}")
