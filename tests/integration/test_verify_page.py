"""docs/verify.md: each of its receivers, started as it stands there, tells our requests from others."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ringback.catalog.payload import CATALOGUE
from ringback.delivery.render import render
from ringback.http.request import HttpRequest
from ringback.http.signature import encode_secret
from ringback.models import Callback, CallbackType, Event, Method
from tests.integration.sending import Sending

PROJECT = Path(__file__).parents[2]
HOME = PROJECT / ".tools" / "receivers"
"""Where `tools/receivers.sh` keeps the languages and their libraries."""

PAGE = (PROJECT / "docs" / "verify.md").read_text(encoding="utf-8")
SECRET, OLD, OTHER = (encode_secret(byte * 32) for byte in (b"0", b"1", b"2"))
KIND = "messages/receive_notify"
MESSAGE = "50% off & free? #1 100+1=101 %41 / é 😀"
NO_SIGNATURES = ("rubbish", "v1", "v1,", "v1,not base64", "v2,AAAA v1,AAAA")
PATIENCE_SECONDS = 60
"""For a receiver to start, on a machine with other things to do."""

STARTING_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """How the page's receiver in one language is started."""

    fence: str
    """As Markdown names it."""
    file: str
    command: Callable[[Path, int], Sequence[str]]
    """Given the folder with the file, and the port to listen on."""
    prepare: Callable[[Path], None] = lambda _: None
    variables: Mapping[str, str] | None = None


def with_modules(folder: Path) -> None:
    (folder / "node_modules").symlink_to(HOME / "node" / "node_modules")


def built(folder: Path) -> None:
    """Compiled by itself: `go run` would leave its child behind when it is ended."""
    for name in ("go.mod", "go.sum"):
        shutil.copy(HOME / "go" / name, folder)


GO = {
    "GOPATH": str(HOME / "go" / "path"),
    "GOCACHE": str(HOME / "go" / "cache"),
    "GOFLAGS": "-modcacherw -gcflags=all=-l",  # as the set-up compiled, or it would compile all again
    "GOTOOLCHAIN": "local",
    "GOPROXY": "off",
    "CGO_ENABLED": "0",
}
LANGUAGES = {
    "python": Language(
        fence="python",
        file="receiver.py",
        command=lambda folder, _: [str(HOME / "python" / "bin" / "python"), str(folder / "receiver.py")],
    ),
    "node": Language(
        fence="js",
        file="receiver.mjs",
        command=lambda folder, _: ["node", str(folder / "receiver.mjs")],
        prepare=with_modules,
    ),
    "php": Language(
        fence="php",
        file="hook.php",
        command=lambda folder, port: [str(HOME / "php" / "php"), "-S", f"127.0.0.1:{port}", str(folder / "hook.php")],
    ),
    "go": Language(
        fence="go",
        file="main.go",
        command=lambda _, __: ["sh", "-c", "go build -o receiver . && exec ./receiver"],
        prepare=built,
        variables=GO,
    ),
    "java": Language(
        fence="java",
        file="Receiver.java",
        command=lambda folder, _: [
            *("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"),
            *(str(HOME / "java" / "standardwebhooks.jar"), str(folder / "Receiver.java")),
        ],
    ),
    "ruby": Language(
        fence="ruby",
        file="config.ru",
        command=lambda _, port: [str(HOME / "ruby" / "puma"), "-q", "-b", f"tcp://127.0.0.1:{port}", "config.ru"],
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A receiver that was started."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    def answers(self) -> bool:
        """Whether it listens by now.

        Raises:
            AssertionError: it has ended.
        """
        assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    def ready(self) -> None:
        """Wait until it listens."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not self.answers():
            assert time.monotonic() < until, f"not there after {PATIENCE_SECONDS} s"
            time.sleep(STARTING_SECONDS)


@pytest.fixture(scope="module")
def receivers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Running]]:
    """All of them at once, so that the slow ones start while the others are asked."""
    with ExitStack() as ending:
        running = {}
        for name, language in LANGUAGES.items():
            if (HOME / name / ".ready").exists():
                running[name] = start(language, tmp_path_factory.mktemp(name))
                ending.callback(end, running[name].process)
        yield running


def start(language: Language, folder: Path) -> Running:
    (code,) = re.findall(rf"```{language.fence}\n(.*?)```", PAGE, re.DOTALL)[:1]
    (folder / language.file).write_text(code, encoding="utf-8")
    language.prepare(folder)
    port = free_port()
    variables = os.environ | {"WEBHOOK_SECRET": SECRET, "PORT": str(port)} | dict(language.variables or {})
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - a page of ours
            language.command(folder, port), cwd=folder, env=variables, stdout=output, stderr=output
        )
    return Running(process=process, port=port, log=log)


def end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@pytest.fixture(params=LANGUAGES)
def receiver(request: pytest.FixtureRequest, receivers: Mapping[str, Running]) -> Running:
    """The page's receiver in one language, listening."""
    name: str = request.param
    if name not in receivers:
        missing = HOME / f"{name}.missing"
        why = missing.read_text(encoding="utf-8").strip() if missing.exists() else "make test-integration sets it up"
        pytest.skip(f"the receiver in {name} of docs/verify.md was NOT RUN: {why}")
    receivers[name].ready()
    return receivers[name]


def rendered(
    receiver: Running, method: Method, *, secrets: Sequence[str] = (SECRET,), late: timedelta = timedelta()
) -> HttpRequest:
    """What Ringback sends *receiver*, made so much too *late*."""
    url = f"http://127.0.0.1:{receiver.port}/hook?from=((from))&message=((msg))&fixed=%2F%41"
    callback = Callback(owner="o", event=KIND, type=CallbackType.CALLBACK, method=method, url=url)
    now = datetime.now(UTC)
    data = dict(CATALOGUE[KIND].example) | {"message": MESSAGE}
    event = Event(kind=KIND, account="1000001", fonenumber="3215551212", id="1", time=now, data=data)
    made = render(callback, delivery="01a2097a9c0085c1", event=event, at=now - late, secrets=secrets).request
    assert isinstance(made, HttpRequest)
    return made


def forged(request: HttpRequest) -> HttpRequest:
    """The same with another message: its headers are those of the original."""
    if request.body is None:
        return replace(request, url=replace(request.url, target=request.url.target.replace("50%25", "90%25")))
    return replace(request, body=request.body.replace(b"50%", b"90%"))


def signed_with(signature: str, request: HttpRequest) -> HttpRequest:
    headers = dict(request.headers) | {"webhook-signature": signature}
    return replace(request, headers=tuple(headers.items()))


def status(sending: Sending, request: HttpRequest) -> int | None:
    return sending.send_made(request).status


def is_refused(status: int | None) -> bool:
    return status is not None and 400 <= status < 500


def test_a_receiver_takes_what_is_ours_and_nothing_else(receiver: Running, sending: Sending) -> None:
    """One test for each language, because starting one is what takes time."""
    for method in Method:
        ours = rendered(receiver, method)
        log = f"{method}: {receiver.log.read_text(encoding='utf-8')}"
        assert status(sending, ours) == 200, log
        assert status(sending, rendered(receiver, method, secrets=(OTHER, SECRET))) == 200, f"a rotation: {log}"
        assert status(sending, rendered(receiver, method, secrets=(SECRET, OLD))) == 200, f"a rotation: {log}"
        assert is_refused(status(sending, forged(ours))), log
        assert is_refused(status(sending, rendered(receiver, method, secrets=(OTHER, OLD)))), log
        assert is_refused(status(sending, rendered(receiver, method, secrets=()))), log
        assert is_refused(status(sending, rendered(receiver, method, late=timedelta(minutes=6)))), log
        for signature in NO_SIGNATURES:
            assert is_refused(status(sending, signed_with(signature, ours))), f"{signature}: {log}"


def test_a_get_s_signature_is_good_for_no_body(receiver: Running, sending: Sending) -> None:
    """Nor for the same values in a request of another kind."""
    get = rendered(receiver, Method.GET)
    empty = replace(get, method="POST", body=b"")
    moved = replace(get, url=replace(get.url, target=get.url.target + "&more=1"))

    assert is_refused(status(sending, empty))
    assert is_refused(status(sending, moved))


def test_every_receiver_of_the_page_is_run() -> None:
    fences = re.findall(r"^```(\w+)$", PAGE, re.MULTILINE)

    assert set(fences) == {language.fence for language in LANGUAGES.values()}
