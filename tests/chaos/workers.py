"""Functions in processes of their own: each is an execution environment that can be killed, stopped and measured."""

import os
import resource
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self, override

from local.invocation import Context

_PROCESSES = get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.chaos.warm"])

ANSWERS_WITHIN = 120.0
"""Seconds after which an invocation is given up; Lambda's own end is at 30, or 60 for a fifth of a processor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hurry:
    """What is shorter than in production, so that a campaign may try more; and whom a function trusts."""

    read_seconds: float = 5.0
    """Of a call of AWS that is not answered."""
    attempt: float = 15.0
    connect: float = 5.0
    authority: str = ""
    """A file of certificates."""
    names_lead_to: str = ""
    """The address that every name has; empty: what the system says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How an invocation ended."""

    answer: Any = None
    """What the handler returned."""
    error: str = ""
    """What escaped it."""
    killed: bool = False
    seconds: float = 0.0
    megabytes: float = 0.0
    """The most memory that its process has used so far."""

    @property
    def back(self) -> list[str]:
        """The messages of a batch that go back to their queue; all, if it did not end well."""
        return [] if self.answer is None else [one["itemIdentifier"] for one in self.answer["batchItemFailures"]]


class TimeLeft(Context):
    """An invocation whose time runs."""

    __slots__ = ("_end",)

    def __init__(self, function: str, seconds: float) -> None:
        super().__init__(seconds=seconds, function_name=function)
        self._end = time.monotonic() + seconds

    @override
    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._end - time.monotonic()) * 1000))


class Worker:
    """One execution environment."""

    def __init__(self, environment: Mapping[str, str], hurry: Hurry | None = None) -> None:
        self._pipe, theirs = _PROCESSES.Pipe()
        self._process = _PROCESSES.Process(
            target=_serve, args=(theirs, dict(environment), hurry or Hurry()), daemon=True
        )
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process.pid
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.close()
        self._process.kill()
        self._process.join()

    def invoke(self, function: str, event: Mapping[str, Any], *, seconds: float = 30) -> Ended:
        """Have *function* handle *event*, with so many *seconds* to live."""
        began = time.monotonic()
        try:
            self._pipe.send((function, event, seconds))
            if self._pipe.poll(ANSWERS_WITHIN):
                ended: Ended = self._pipe.recv()
                return ended
        except (EOFError, ConnectionError):
            return Ended(killed=True, seconds=time.monotonic() - began)
        return Ended(error=f"no end within {ANSWERS_WITHIN:g} s", seconds=time.monotonic() - began)


class Throttle:
    """A share of a processor: the process is stopped for the rest of each period, as Lambda does below 1,769 MB."""

    PERIOD = 0.05
    """Seconds from one slice to the next."""

    def __init__(self, pid: int, share: float) -> None:
        self._pid = pid
        self._share = share
        self._over = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(self.PERIOD * self._share):
            os.kill(self._pid, signal.SIGSTOP)
            self._over.wait(self.PERIOD * (1 - self._share))
            os.kill(self._pid, signal.SIGCONT)


def _serve(pipe: Connection, environment: Mapping[str, str], hurry: Hurry) -> None:
    os.environ.update(environment)
    with Path(os.devnull).open("w", encoding="ascii") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    sys.stdout = sys.__stdout__
    _hurry(hurry)
    while True:
        try:
            function, event, seconds = pipe.recv()
        except EOFError:
            return
        pipe.send(_invoked(function, event, seconds))


def _hurry(hurry: Hurry) -> None:
    """Set what is shorter than in production."""
    aws, delivering = import_module("ringback.aws.clients"), import_module("deliver.environment")
    client, tls = import_module("ringback.http.client"), import_module("ringback.http.tls")
    aws.READ_SECONDS = hurry.read_seconds  # type: ignore[attr-defined]
    delivering.Limits = partial(delivering.Limits, attempt=hurry.attempt, connect=hurry.connect)  # type: ignore[attr-defined]
    if hurry.names_lead_to:
        guarding = import_module("ringback.ssrf.guard")
        answer = [(2, 1, 6, "", (hurry.names_lead_to, 0))]
        guarding.Guard = delivering.Guard = partial(guarding.Guard, resolve=lambda *_, **__: answer)  # type: ignore[attr-defined]
    if hurry.authority:
        delivering.HttpClient = partial(  # type: ignore[attr-defined]
            client.HttpClient, tls=partial(tls.tls_context, hurry.authority)
        )


def _invoked(function: str, event: Mapping[str, Any], seconds: float) -> Ended:
    began = time.monotonic()
    answer, error = None, ""
    try:
        answer = import_module(f"{function}.app").lambda_handler(event, TimeLeft(function, seconds))
    except Exception as escaped:  # noqa: BLE001 - whatever escapes a handler is a finding
        error = f"{type(escaped).__name__}: {escaped}"
    return Ended(
        answer=answer,
        error=error,
        seconds=time.monotonic() - began,
        megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )
