"""Which MiniStack is this clone's, told by a lock that it holds as long as it lives.

The daemon inherits the locked file. Its process number in there is believed, and signalled, only while the lock is
held: a number that the system has given to another program since does no harm.
"""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import IO, Final

from local.paths import Paths

HOST: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """A MiniStack that was started."""

    pid: int
    port: int

    @property
    def endpoint(self) -> str:
        """Base URL of every service."""
        return f"http://{HOST}:{self.port}"


def running(paths: Paths) -> Daemon | None:
    """The MiniStack of this clone, if one runs."""
    with lock_file(paths) as file:
        return None if _locked(file, fcntl.LOCK_SH) else last(file)


@contextmanager
def lock_file(paths: Paths) -> Iterator[IO[str]]:
    """The file, open; a lock on it ends when nobody has it open any more."""
    paths.home.mkdir(parents=True, exist_ok=True)
    with paths.lock.open("a+", encoding="utf-8") as file:
        yield file


def take(file: IO[str]) -> bool:
    """Lock the file for the daemon; False if one runs."""
    return _locked(file, fcntl.LOCK_EX)


def last(file: IO[str]) -> Daemon | None:
    """The daemon that was started last, whether it runs or not."""
    file.seek(0)
    try:
        return Daemon(**json.load(file))
    except (ValueError, TypeError):
        return None


def record(file: IO[str], daemon: Daemon) -> None:
    """Note *daemon* as the one that was started last."""
    file.seek(0)
    file.truncate()
    json.dump(asdict(daemon), file)
    file.flush()


def _locked(file: IO[str], how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
