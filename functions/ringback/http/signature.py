"""Sign requests, so that receivers can verify who sent them (https://www.standardwebhooks.com)."""

import base64
import hmac
from collections.abc import Sequence
from functools import lru_cache

from ringback.errors import InfrastructureError, InvalidSetting

PREFIX = "whsec_"
"""Every secret starts with this; the rest is the key in base64."""

LEAST_BYTES, MAX_BYTES = 24, 64
"""Bytes of a key, by Standard Webhooks."""

MAX_KEYED = 1_024
"""Secrets whose keys an execution environment keeps ready."""


def encode_secret(key: bytes) -> str:
    """Return *key* as a signing secret."""
    return PREFIX + base64.b64encode(key).decode()


def parse_secret(text: str) -> str:
    """Check a signing secret that a customer brings, and return it.

    Raises:
        InvalidSetting: it breaks a rule; the message says which without showing the secret.
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
    """Return the `webhook-signature` of a request: a `v1,…` for each secret; *timestamp* is in seconds since 1970.

    The *payload* of a request with a body is that body; of a GET it is the request target (docs/verify.md).

    Raises:
        InfrastructureError: a secret is unusable; the message does not show it.
    """
    content = f"{message_id}.{timestamp}.".encode() + payload
    return " ".join(f"v1,{_digest(secret, content)}" for secret in secrets)


def _digest(secret: str, content: bytes) -> str:
    keyed = _keyed(secret).copy()
    keyed.update(content)
    return base64.b64encode(keyed.digest()).decode()


@lru_cache(MAX_KEYED)
def _keyed(secret: str) -> hmac.HMAC:
    """Return an HMAC with the key of *secret* and no data yet; setting it up is half the work of a short message."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith(PREFIX) or not key:
        raise InfrastructureError(f"a signing secret is not {PREFIX} and base64")
    return hmac.new(key, digestmod="sha256")
