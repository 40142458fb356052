"""How many attempts may be at one server at a time, so that a batch never floods a small one."""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock, Semaphore

from ringback.errors import OurFault


class NotStarted(OurFault):
    """Nothing was sent for want of room on our side; the attempt is put off."""


@dataclass(slots=True)
class _Place:
    free: Semaphore
    users: int = 0


class Slots:
    """At most *most* holders at a time for each key; nothing is kept for a key that nobody uses."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._places: dict[Hashable, _Place] = {}
        self._lock = Lock()

    @contextmanager
    def hold(self, key: Hashable, *, wait: float) -> Iterator[None]:
        """One slot for *key*, first come, first served.

        Raises:
            NotStarted: none became free within *wait* seconds.
        """
        place = self._enter(key)
        try:
            if not place.free.acquire(timeout=wait):
                message = f"{self._most} attempts are at {key}, and none ended within {wait:g} s"
                raise NotStarted(message)
            try:
                yield
            finally:
                place.free.release()
        finally:
            self._leave(key, place)

    def _enter(self, key: Hashable) -> _Place:
        with self._lock:
            place = self._places.get(key)
            if place is None:
                place = self._places[key] = _Place(Semaphore(self._most))
            place.users += 1
        return place

    def _leave(self, key: Hashable, place: _Place) -> None:
        with self._lock:
            place.users -= 1
            if not place.users:
                del self._places[key]
