"""Signs a request, so that its receiver can tell that it is ours (https://www.standardwebhooks.com)."""

import base64
import hmac
from collections.abc import Sequence
from functools import lru_cache

from ringback.errors import InfrastructureError, InvalidSetting

PREFIX = "whsec_"
"""What every secret starts with; the rest is the key in base64."""

LEAST_BYTES, MAX_BYTES = 24, 64
"""Of a key, says the rule."""

MAX_KEYED = 1_024
"""Secrets whose keys an execution environment keeps ready."""


def encode_secret(key: bytes) -> str:
    """*key* as an account's signing secret."""
    return PREFIX + base64.b64encode(key).decode()


def parse_secret(text: str) -> str:
    """The signing secret that a customer brings.

    Raises:
        InvalidSetting: it is none that the rule allows; the message says why without showing it.
    """
    rule = f"expected {PREFIX} and {LEAST_BYTES} to {MAX_BYTES} random bytes in base64"
    if not text.startswith(PREFIX):
        raise InvalidSetting("secret", f"it does not start with {PREFIX}; {rule}")
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except ValueError:
        raise InvalidSetting("secret", f"what follows {PREFIX} is not base64 with its padding; {rule}") from None
    if not LEAST_BYTES <= len(key) <= MAX_BYTES:
        raise InvalidSetting("secret", f"given {len(key):,} bytes in base64; {rule}")
    return encode_secret(key)


def sign(message_id: str, timestamp: int, payload: bytes, secrets: Sequence[str]) -> str:
    """The `webhook-signature` of a request: one `v1,…` for each secret; *timestamp* is in seconds since 1970.

    The *payload* of a request with a body is that body; of a GET it is the request target (docs/verify.md).

    Raises:
        OurFault: a secret is none; the message does not show it.
    """
    content = f"{message_id}.{timestamp}.".encode() + payload
    return " ".join(f"v1,{_digest(secret, content)}" for secret in secrets)


def _digest(secret: str, content: bytes) -> str:
    keyed = _keyed(secret).copy()
    keyed.update(content)
    return base64.b64encode(keyed.digest()).decode()


@lru_cache(MAX_KEYED)
def _keyed(secret: str) -> hmac.HMAC:
    """Return the HMAC that has taken the key of *secret* and nothing yet; that is half the work of a short message."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith(PREFIX) or not key:
        raise InfrastructureError(f"a signing secret is not {PREFIX} and base64")
    return hmac.new(key, digestmod="sha256")
