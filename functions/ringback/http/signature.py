"""Signs a request, so that its receiver can tell that it is ours (https://www.standardwebhooks.com)."""

import base64
import hmac
from collections.abc import Sequence

from ringback.errors import InvalidSetting, OurFault

PREFIX = "whsec_"
"""What every secret starts with; the rest is the key in base64."""

LEAST_BYTES, MOST_BYTES = 24, 64
"""Of a key, says the rule."""


def secret_of(key: bytes) -> str:
    """*key* as an account's signing secret."""
    return PREFIX + base64.b64encode(key).decode()


def parse_secret(text: str) -> str:
    """The signing secret that a customer brings.

    Raises:
        InvalidSetting: it is none that the rule allows; the message says why without showing it.
    """
    rule = f"it takes {PREFIX} and {LEAST_BYTES} to {MOST_BYTES} random bytes in base64"
    if not text.startswith(PREFIX):
        raise InvalidSetting("secret", f"it does not start with {PREFIX}; {rule}")
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except ValueError:
        raise InvalidSetting("secret", f"what follows {PREFIX} is not base64 with its padding; {rule}") from None
    if not LEAST_BYTES <= len(key) <= MOST_BYTES:
        raise InvalidSetting("secret", f"given {len(key):,} bytes in base64; {rule}")
    return secret_of(key)


def sign(message_id: str, timestamp: int, payload: bytes, secrets: Sequence[str]) -> str:
    """The `webhook-signature` of a request: one `v1,…` for each secret; *timestamp* is in seconds since 1970.

    The *payload* of a request with a body is that body; of a GET it is the request target (docs/verify.md).

    Raises:
        OurFault: a secret is none; the message does not show it.
    """
    content = f"{message_id}.{timestamp}.".encode() + payload
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
