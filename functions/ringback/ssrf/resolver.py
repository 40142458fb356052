"""Resolve host names, and never wait longer than allowed."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from ipaddress import ip_address
from threading import Lock, Thread
from typing import Any

from ringback.errors import AttemptFailed, NoCapacity
from ringback.models import Outcome

type Resolve = Callable[..., Sequence[tuple[Any, Any, Any, str, tuple[Any, ...]]]]
"""`socket.getaddrinfo`, or a stand-in."""

MAX_LOOKUPS = 256
"""Concurrent look-ups; each has its own thread, because `getaddrinfo` blocks and cannot be cancelled.

A pool would be cheaper but wrong: a few hosts with hanging name servers would block it, and all other look-ups too.
"""


class Resolver:
    """Looks up hosts; callers who ask for the same one share a look-up, and one that hangs delays no other host."""

    def __init__(self, *, resolve: Resolve, timeout: float) -> None:
        self._resolve = resolve
        self._timeout = timeout
        self._under_way: dict[str, Future[tuple[str, ...]]] = {}
        self._lock = Lock()

    async def addresses(self, host: str) -> tuple[str, ...]:
        """Return the addresses of *host* in the resolver's order; never an empty tuple.

        Raises:
            AttemptFailed: there are none, or they came too late.
            NoCapacity: too many look-ups are hanging.
        """
        if _is_address(host):
            return (host,)
        try:
            async with asyncio.timeout(self._timeout):
                found = await asyncio.shield(asyncio.wrap_future(self._lookup(host)))
        except TimeoutError:
            raise AttemptFailed(Outcome.DNS, f"{host} was not resolved within {self._timeout:g} s") from None
        except socket.gaierror as error:
            raise AttemptFailed(Outcome.DNS, f"{host} was not resolved: {error.strerror or error}") from None
        except (OSError, ValueError) as error:  # ValueError: text that IDNA cannot encode
            raise AttemptFailed(Outcome.DNS, f"{host} cannot be resolved: {error}") from None
        if not found:
            raise AttemptFailed(Outcome.DNS, f"{host} has no address")
        return found

    def _lookup(self, host: str) -> Future[tuple[str, ...]]:
        with self._lock:
            lookup = self._under_way.get(host)
            if lookup is None:
                if len(self._under_way) >= MAX_LOOKUPS:
                    message = f"{MAX_LOOKUPS} look-ups are under way"
                    raise NoCapacity(message)
                lookup = Future()
                Thread(target=self._run, args=(host, lookup), daemon=True, name=f"lookup-{host}").start()
                self._under_way[host] = lookup
        return lookup

    def _run(self, host: str, lookup: Future[tuple[str, ...]]) -> None:
        try:
            entries = self._resolve(host, None, type=socket.SOCK_STREAM)
            settle = partial(lookup.set_result, tuple(dict.fromkeys(str(entry[4][0]) for entry in entries)))
        except Exception as error:  # noqa: BLE001 - raised again in whoever waits
            settle = partial(lookup.set_exception, error)
        with self._lock:  # before it settles, so that later callers get a new look-up
            del self._under_way[host]
        settle()


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
