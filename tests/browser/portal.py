"""The API behind a socket of this process, as a browser meets it: authorizer, headers, compressed bodies."""

import base64
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote, urlsplit

import pytest

from api import app, environment
from local.invocation import Context, api_variables
from tests.integration.calling import handed_on, request
from tests.integration.stack import Stack, client, deployed

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

TOKEN = "token-of-"
"""What a token begins with; its account follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What the gateway answers in place of the function, once."""

    status: int
    path: str
    retry_after: str = ""
    message: str = "out of order"


@dataclass(slots=True, kw_only=True)
class Portal:
    """The deployed API and who asks it."""

    stack: Stack
    url: str = ""
    faults: list[Fault] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """Verbs and paths, in their order."""
    function: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))
    """One execution environment: a request at a time, always in the same thread, where its event loop is."""

    def call(self, verb: str, target: str, *, headers: dict[str, str], body: bytes = b"") -> dict[str, Any]:
        """Answer as API Gateway does."""
        self.asked.append(f"{verb} {target}")
        if fault := self._fault(target):
            told = {"retry-after": fault.retry_after} if fault.retry_after else {}
            return _error(fault.status, {"message": fault.message}, told)
        account = headers.get("token", "").partition(TOKEN)[2] or None
        if target.startswith("/v2/") and not account and not target.startswith("/v2/openapi.json"):
            return _error(401, {"message": "Unauthorized"}, {})
        event = request(verb, target, headers=headers, account=account)
        if body:
            event |= handed_on(body, headers.get("content-type", ""))
        context = cast("LambdaContext", Context(function_name="api"))
        return self.function.submit(app.lambda_handler, event, context).result()

    def api(self, verb: str, target: str, body: object = None, *, account: str) -> Any:
        """Ask without a browser."""
        headers = {"token": f"{TOKEN}{account}", "content-type": "application/json"}
        answer = self.call(verb, target, headers=headers, body=b"" if body is None else json.dumps(body).encode())
        assert answer["statusCode"] < 300, answer["body"]
        return json.loads(answer["body"])

    def link(self, account: str, to: str = "/") -> str:
        """Where the platform sends a customer."""
        return f"{self.url}/console#token={TOKEN}{account}&to={to}"

    def _fault(self, target: str) -> Fault | None:
        found = next((one for one in self.faults if one.path in target), None)
        if found:
            self.faults.remove(found)
        return found


@contextmanager
def opened(**variables: str) -> Iterator[Portal]:
    """A new stack, and the API at its address, while inside."""
    settings = api_variables(CONSOLE_NAME="Telco & Sons") | variables
    with deployed() as stack, pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(environment, "client", client)
        made = environment.Environment(stack.environment | settings)
        monkeypatch.setattr(app, "environment", lambda: made)
        monkeypatch.setattr(made.rate, "take", lambda *_: None)  # of moto it takes ten times as long as all else
        portal = Portal(stack=stack)
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(portal))
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        portal.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield portal
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
            portal.function.submit(made.close).result()
            portal.function.shutdown()


def _handler(portal: Portal) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", 0)))
            answered = portal.call(self.command, _decoded(self.path), headers=headers, body=body)
            raw = (answered["body"] or "").encode()
            content = base64.b64decode(raw) if answered.get("isBase64Encoded") else raw
            self.send_response(answered["statusCode"])
            for name, value in answered["headers"].items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - the names that http.server looks for

        def log_message(self, *_: object) -> None:
            """Nothing: a test's output is its own."""

    return Handler


def _decoded(target: str) -> str:
    """API Gateway hands on the path as it is meant, not as it was written."""
    parts = urlsplit(target)
    return unquote(parts.path) + (f"?{parts.query}" if parts.query else "")


def _error(status: int, body: dict[str, str], headers: dict[str, str]) -> dict[str, Any]:
    return {"statusCode": status, "headers": {"content-type": "application/json", **headers}, "body": json.dumps(body)}
