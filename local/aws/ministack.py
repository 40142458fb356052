"""Start and stop MiniStack."""

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from local.aws.daemon import HOST, Daemon, last, lock_file, record, running, take
from local.errors import LocalError
from local.paths import Paths

REGION: Final = "us-east-1"

READY_SECONDS = 60
"""Seconds for MiniStack to answer; measured: 1.2."""
STOP_SECONDS = 60
"""Seconds for MiniStack to save its state and exit; measured: 0.5."""
POLL_SECONDS = 0.05
ANY_PORT = 0


def start(paths: Paths, *, port: int = ANY_PORT, more: Mapping[str, str] = MappingProxyType({})) -> Daemon:
    """Return this clone's MiniStack, started if need be on *port*, or else on the last port, or on a free one.

    *more* are settings of MiniStack.

    Raises:
        LocalError: it is not installed, the port is taken, or it does not start.
    """
    daemon = running(paths) or _launch(paths, port, more)
    if port not in (ANY_PORT, daemon.port):
        raise LocalError(f"the local AWS runs on port {daemon.port} already; `make down` stops it")
    _wait_until_ready(paths, daemon)
    return daemon


def stop(paths: Paths) -> bool:
    """Stop MiniStack and wait until its state is on disk; return False if none is running.

    Raises:
        LocalError: it does not stop.
    """
    daemon = running(paths)
    if daemon:
        os.kill(daemon.pid, signal.SIGTERM)
        _wait_until_gone(paths, daemon)
    shutil.rmtree(paths.temporary, ignore_errors=True)
    return daemon is not None


def _launch(paths: Paths, port: int, more: Mapping[str, str]) -> Daemon:
    if not paths.ministack.exists():
        raise LocalError(f"{paths.ministack} is missing; `make up` installs it")
    with lock_file(paths) as file:
        before = last(file)
        if not take(file):
            raise LocalError("another `make up` is starting MiniStack; try again")
        chosen = _choose(port, before.port if before else ANY_PORT)
        if before:
            _readdress(paths, old=before.port, new=chosen)
        environment = {**_environment(paths, chosen), **more}
        daemon = Daemon(pid=_spawn(paths, environment, lock=file.fileno()), port=chosen)
        record(file, daemon)
    return daemon


def _readdress(paths: Paths, *, old: int, new: int) -> None:
    """Give the saved queues their *new* port: MiniStack knows a queue by its full URL, and would not find it again."""
    for file in paths.state.glob("*.json") if old != new else ():
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(f"{HOST}:{old}", f"{HOST}:{new}"), encoding="utf-8")


def _choose(wanted: int, before: int) -> int:
    """Return a port that can be listened on: the last one if possible, so that addresses remain valid."""
    if wanted and not _free(wanted):
        raise LocalError(f"port {wanted} is taken by another program")
    return wanted or (before if before and _free(before) else any_free())


def _spawn(paths: Paths, environment: Mapping[str, str], *, lock: int) -> int:
    for folder in (paths.state, paths.objects, paths.temporary):
        folder.mkdir(parents=True, exist_ok=True)
    with paths.log.open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [paths.ministack],
            env=environment,
            cwd=paths.home,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=[lock],
            start_new_session=True,  # Ctrl-C in this terminal is not meant for it
        )
    process.returncode = 0  # it outlives us, and subprocess need not warn about that
    return process.pid


def _environment(paths: Paths, port: int) -> dict[str, str]:
    """Return the environment of MiniStack and of each function, without the user's own settings."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(paths.home),
        "LANG": "C.UTF-8",
        "TMPDIR": str(paths.temporary),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "MINISTACK_HOST": HOST,  # in the URLs of queues
        "MINISTACK_REGION": REGION,
        "PERSIST_STATE": "1",
        "STATE_DIR": str(paths.state),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(paths.objects),
        "LAMBDA_EXECUTOR": "local",
        # Servers that nobody here needs; and Docker, whose containers it would clean up at its start.
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "DOCKER_HOST": f"unix://{paths.home}/no-docker.sock",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _wait_until_ready(paths: Paths, daemon: Daemon) -> None:
    until = time.monotonic() + READY_SECONDS
    while not _answers(f"{daemon.endpoint}/_ministack/ready"):
        if running(paths) is None:
            raise LocalError(f"MiniStack has ended; {paths.log} says why:\n{_tail(paths)}")
        if time.monotonic() > until:
            raise LocalError(f"MiniStack does not answer after {READY_SECONDS} s; see {paths.log}")
        time.sleep(POLL_SECONDS)


def _wait_until_gone(paths: Paths, daemon: Daemon) -> None:
    until = time.monotonic() + STOP_SECONDS
    while running(paths):
        if time.monotonic() > until:
            raise LocalError(f"MiniStack (process {daemon.pid}) does not stop after {STOP_SECONDS} s; see {paths.log}")
        time.sleep(POLL_SECONDS)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310 - http, to this machine
            return bool(answer.status == HTTPStatus.OK)
    except OSError:
        return False


def _free(port: int) -> bool:
    with socket.socket() as probe:
        # As the server does, so that connections closed a minute ago do not block a port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def any_free() -> int:
    """Return a port on which nobody listens, for a server that is started at once."""
    with socket.socket() as probe:
        probe.bind((HOST, ANY_PORT))
        port: int = probe.getsockname()[1]
        return port


def _tail(paths: Paths) -> str:
    return "\n".join(paths.log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])
