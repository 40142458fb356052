"""Know this clone's MiniStack by a lock that it holds while it lives.

The daemon inherits the locked file. The process id in it is trusted, and signalled, only while the lock is held:
afterwards, the system may have given that id to another program.
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
    """Return this clone's MiniStack, if one is running."""
    with lock_file(paths) as file:
        return None if _locked(file, fcntl.LOCK_SH) else last(file)


@contextmanager
def lock_file(paths: Paths) -> Iterator[IO[str]]:
    """The open file; its lock ends when nobody has it open any more."""
    paths.home.mkdir(parents=True, exist_ok=True)
    with paths.lock.open("a+", encoding="utf-8") as file:
        yield file


def take(file: IO[str]) -> bool:
    """Lock the file for the daemon; return False if one is running."""
    return _locked(file, fcntl.LOCK_EX)


def last(file: IO[str]) -> Daemon | None:
    """Return the daemon that was started last, whether it is running or not."""
    file.seek(0)
    try:
        return Daemon(**json.load(file))
    except (ValueError, TypeError):
        return None


def record(file: IO[str], daemon: Daemon) -> None:
    """Record *daemon* as the one that was started last."""
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
