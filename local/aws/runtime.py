"""Run a function under Lambda's own runtime, without Docker: aws-sam-cli's emulator, and awslambdaric."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from platform import machine

import requests

from local.aws.daemon import HOST
from local.aws.functions import Function
from local.aws.ministack import any_free
from local.errors import LocalError
from local.paths import PROJECT

READY_SECONDS = 20
"""Seconds for the emulator to listen; measured: 0.03."""
ANSWER_SECONDS = 90
"""Seconds for one invocation and the start of the function: more than any function of the template may run."""
POLL_SECONDS = 0.01

INVOCATIONS = "2015-03-31/functions/function/invocations"
TIMED_OUT = "Sandbox.Timedout"
"""Lambda's error type for an invocation that took too long; the emulator answers with a sentence instead."""

_PLATFORM = re.compile(r"(START|END|REPORT) RequestId: ")
_INIT = re.compile(r"INIT REPORT\(durationMs: ([\d.]+)\)")
_INVOKE = re.compile(r"INVOKE RTDONE\(.*duration: ([\d.]+)ms\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptResult:
    """The result of an invocation."""

    payload: str
    """JSON: what the function returned, or its error."""
    error: str
    """The type of the error if the function failed; else empty."""
    log: tuple[str, ...]
    """The lines that the function wrote, including its start if this invocation started it."""


class Runtime:
    """A function that is ready to be invoked, one call at a time; the first call starts it."""

    def __init__(self, *, port: int, log: Path, emulator_log: Path) -> None:
        self._url = f"http://{HOST}:{port}/{INVOCATIONS}"
        self._log = log
        self._emulator_log = emulator_log

    def invoke(self, payload: bytes) -> AttemptResult:
        """Invoke the function with one event; restart it if it has exited."""
        before = self._log.stat().st_size
        with requests.Session() as session:
            session.trust_env = False  # no proxy stands between this machine and itself
            answer = session.post(self._url, data=payload, timeout=ANSWER_SECONDS)
        lines = self._log.read_bytes()[before:].decode(errors="replace").splitlines()
        log = tuple(line for line in lines if line and not _PLATFORM.match(line))
        text = answer.content.decode()
        return AttemptResult(payload=text, error=_error(text), log=log)

    def milliseconds(self) -> tuple[float, float]:
        """Return how long the last start and the last invocation took, as the emulator reports it."""
        text = self._emulator_log.read_text(encoding="utf-8")
        inits, invocations = _INIT.findall(text), _INVOKE.findall(text)
        if not inits or not invocations:
            raise LocalError(f"the function has not been invoked to its end:\n{text}")
        return float(inits[-1]), float(invocations[-1])


@contextmanager
def emulated(function: Function) -> Iterator[Runtime]:
    """Run *function* under the emulator while the block runs.

    Raises:
        LocalError: the emulator is not installed, or does not start.
    """
    port = any_free()
    with tempfile.TemporaryDirectory() as folder:
        log, emulator_log = Path(folder, "function.log"), Path(folder, "emulator.log")
        with log.open("w") as output, emulator_log.open("w") as errors:
            process = subprocess.Popen(  # noqa: S603 - the emulator that aws-sam-cli brought
                _command(function.handler, port),
                cwd=function.code,
                env=_surroundings(function),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
            )
        try:
            _wait_until_ready(process, port, emulator_log)
            yield Runtime(port=port, log=log, emulator_log=emulator_log)
        finally:
            process.send_signal(signal.SIGTERM)  # with SIGKILL it would leave the function behind
            process.wait(READY_SECONDS)


def _command(handler: str, port: int) -> list[str]:
    architecture = "arm64" if machine() in ("arm64", "aarch64") else "x86_64"
    pattern = f"lib/*/site-packages/samcli/local/rapid/aws-lambda-rie-{architecture}"
    found = next((PROJECT / ".tools" / "sam").glob(pattern), None)
    if not found:
        raise LocalError(f".tools/sam has no {pattern}; `make build` installs it")
    addresses = ["--runtime-interface-emulator-address", f"{HOST}:{port}"]
    addresses += ["--runtime-api-address", f"{HOST}:{any_free()}"]
    return [str(found), *addresses, "--log-level", "info", sys.executable, "-m", "awslambdaric", handler]


def _surroundings(function: Function) -> dict[str, str]:
    """Return an environment without the user's own settings."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PYTHONPATH": os.pathsep.join(map(str, (function.code, *function.layers))),
        **function.environment,
    }


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + READY_SECONDS
    while not _listens(port):
        if process.poll() is not None or time.monotonic() > until:
            raise LocalError(f"the runtime emulator does not start:\n{log.read_text(encoding='utf-8')}")
        time.sleep(POLL_SECONDS)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _error(text: str) -> str:
    try:
        answer = json.loads(text)
    except ValueError:
        return TIMED_OUT if text.startswith("Task timed out") else "Runtime.ExitError"
    match answer:
        case {"errorType": str(name), "errorMessage": _}:
            return name
    return ""
