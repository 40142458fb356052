"""Guard against SSRF: judge what a URL's host resolves to before anything is sent (docs/decisions/0005)."""

import socket
import time
from collections.abc import Callable
from ipaddress import ip_address

from ringback.bounded import BoundedDict
from ringback.errors import AttemptFailed
from ringback.frozen import frozen
from ringback.models import Outcome, Url
from ringback.ssrf.resolver import Resolve, Resolver
from ringback.ssrf.rules import PORTS, Network, is_allowed_port, plain, refusal, refusal_of_host

LOOKUP_SECONDS = 5.0
"""Seconds that a name may take to resolve."""

KNOWN_SECONDS = 10.0
"""Seconds for which a host's addresses are remembered: a burst to one host costs one look-up."""

KNOWN_HOSTS = 1024
"""Hosts that are remembered; the one known longest is forgotten first."""


@frozen
class Target:
    """Where an attempt may connect to: the server of a URL, and its addresses, every one judged."""

    scheme: str
    host: str
    port: int
    addresses: tuple[str, ...]
    """Addresses in the resolver's order; never empty."""
    seconds: float = 0.0
    """The duration of the look-up, which counts as part of the attempt."""


@frozen
class _Judged:
    addresses: tuple[str, ...]
    refusal: str | None
    until: float


class Guard:
    """Judges every address of a URL's host; one bad address refuses the whole target."""

    def __init__(
        self,
        allowed: tuple[Network, ...] = (),
        *,
        resolve: Resolve = socket.getaddrinfo,
        timeout: float = LOOKUP_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Also let *allowed* through; *timeout* and *clock* are in seconds."""
        self._allowed = allowed
        self._resolver = Resolver(resolve=resolve, timeout=timeout)
        self._clock = clock
        self._known: BoundedDict[str, _Judged] = BoundedDict(KNOWN_HOSTS)

    async def vet(self, url: Url) -> Target:
        """Return the target of *url*, without awaiting anything if its host is known.

        Raises:
            AttemptFailed: its port or one of its addresses is refused, or it has none.
            NoCapacity: too many look-ups are hanging.
        """
        if not is_allowed_port(url.port):
            *web, (first, last) = PORTS
            allowed = ", ".join(str(port) for port, _ in web)
            detail = f"port {url.port} of {url.host}; allowed are {allowed}, and {first} to {last}"
            raise AttemptFailed(Outcome.REFUSED, detail)
        began = self._clock()
        known = self._known.get(url.host)
        judged = known if known is not None and began < known.until else await self._judge(url.host)
        if judged.refusal is not None:
            named = refusal_of_host(url.host, self._allowed) is not None
            raise AttemptFailed(Outcome.REFUSED if named else Outcome.SPECIAL_ADDRESS, judged.refusal)
        seconds = 0.0 if judged is known else self._clock() - began
        return Target(scheme=url.scheme, host=url.host, port=url.port, addresses=judged.addresses, seconds=seconds)

    def forget(self, host: str) -> None:
        """Forget the addresses of *host*, because they did not answer; the next attempt resolves it again."""
        self._known.pop(host, None)

    async def _judge(self, host: str) -> _Judged:
        addresses = await self._resolver.addresses(host)
        reasons = (refusal(address, self._allowed) for address in addresses)
        reason = next((reason for reason in reasons if reason is not None), None)
        judged = _Judged(
            addresses=() if reason else tuple(str(plain(ip_address(address))) for address in addresses),
            refusal=reason and (reason if host in addresses else f"{host}: {reason}"),
            until=self._clock() + KNOWN_SECONDS,
        )
        self._known[host] = judged
        return judged
