"""The API behind a socket, for clients that speak HTTP: what API Gateway does between `curl` and the function."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from tests.integration.calling import ACCOUNT, Api

TOKEN = "the.token"
"""Of the one account that there is; any other is nobody's."""


@contextmanager
def listening(api: Api) -> Iterator[str]:
    """The address of *api*, while it listens."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(api))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(api: Api) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", 0)))
            account = ACCOUNT if headers.get("token") == TOKEN else None
            answered = api.call(self.command, self.path, headers=headers, account=account, raw=body or None)
            text = answered.text.encode()
            self.send_response(answered.status)
            self.send_header("Content-Type", answered.headers["content-type"])
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - the names that http.server looks for

        def log_message(self, *_: object) -> None:
            """Nothing: a test's output is its own."""

    return Handler
