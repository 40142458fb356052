"""Sign requests to AWS with Signature Version 4 (SigV4), for calls that do not go through botocore."""

import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botocore.credentials import ReadOnlyCredentials

ALGORITHM = "AWS4-HMAC-SHA256"


class RequestSigner:
    """Signs POST requests to the root of one host, without a query."""

    def __init__(self, *, service: str, region: str, host: str, clock: Callable[[], float] = time.time) -> None:
        """*service* is the name in the credential scope; *host* is what the `Host` header says, with a port if any."""
        self._service = service
        self._region = region
        self._host = host
        self._clock = clock

    def headers(self, body: bytes, headers: Mapping[str, str], credentials: "ReadOnlyCredentials") -> dict[str, str]:
        """Return *headers*, whose names are in lower case, with those that sign them and *body*."""
        now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(self._clock()))
        signed = {**headers, "host": self._host, "x-amz-date": now}
        if credentials.token:
            signed["x-amz-security-token"] = credentials.token
        names = sorted(signed)
        listed = ";".join(names)
        lines = "".join(f"{name}:{signed[name]}\n" for name in names)
        request = f"POST\n/\n\n{lines}\n{listed}\n{hashlib.sha256(body).hexdigest()}"
        day = now[:8]
        scope = f"{day}/{self._region}/{self._service}/aws4_request"
        text = f"{ALGORITHM}\n{now}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        key = _signing_key(credentials.secret_key, day, self._region, self._service)
        signature = hmac.digest(key, text.encode(), "sha256").hex()
        credential = f"{credentials.access_key}/{scope}"
        signed["authorization"] = f"{ALGORITHM} Credential={credential}, SignedHeaders={listed}, Signature={signature}"
        return signed


@lru_cache(maxsize=4)
def _signing_key(secret: str | None, *scope: str) -> bytes:
    """Derive the key of a day, a region and a service; it is the same for all requests of that day."""
    key = f"AWS4{secret}".encode()
    for part in (*scope, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
