"""Signs a request, so that its receiver can tell that it is ours (https://www.standardwebhooks.com)."""

import base64
import hmac
from collections.abc import Sequence

from ringback.errors import OurFault

PREFIX = "whsec_"
"""What every secret starts with; the rest is the key in base64."""


def secret_of(key: bytes) -> str:
    """*key* as an account's signing secret; the rule asks for 24 to 64 random bytes."""
    return PREFIX + base64.b64encode(key).decode()


def sign(message_id: str, timestamp: int, body: bytes, secrets: Sequence[str]) -> str:
    """The `webhook-signature` of a request: one `v1,…` for each secret; *timestamp* is in seconds since 1970.

    Raises:
        OurFault: a secret is none; the message does not show it.
    """
    content = f"{message_id}.{timestamp}.".encode() + body
    return " ".join(f"v1,{_digest(secret, content)}" for secret in secrets)


def _digest(secret: str, content: bytes) -> str:
    return base64.b64encode(hmac.digest(_key(secret), content, "sha256")).decode()


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith(PREFIX) or not key:
        raise OurFault(f"a signing secret is not {PREFIX} and base64")
    return key
