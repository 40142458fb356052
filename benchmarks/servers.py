"""Start the other processes of a benchmark: each is a server on 127.0.0.1, so that only our side is measured."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server."""

    port: int

    def ask(self, what: str, body: object = None) -> Any:  # noqa: ANN401 - whatever JSON the server answers
        """Have it do *what*, one of its commands for benchmarks."""
        request = Request(
            f"http://{HOST}:{self.port}/", json.dumps(body).encode(), {"X-Amz-Target": f"Benchmark.{what}"}
        )
        with urlopen(request, timeout=60) as answer:  # noqa: S310 - our own server
            return json.load(answer)


@contextmanager
def serving(module: str, *arguments: str) -> Iterator[Server]:
    """Run `python -m benchmarks.MODULE` while inside; its first line says its port."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own module
        try:
            if process.stdout is None:
                raise AssertionError
            yield Server(port=int(process.stdout.readline()))
        finally:
            process.terminate()


@contextmanager
def share(server: Server) -> Iterator[list[float]]:
    """Measure the share of one core that *server* used inside; one number, available when the block ends."""
    shares: list[float] = []
    began, spent = time.perf_counter(), server.ask("Usage")["cpu"]
    yield shares
    shares.append((server.ask("Usage")["cpu"] - spent) / (time.perf_counter() - began))
