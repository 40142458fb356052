"""Serve customers' endpoints; every address of 127/8 is another host.

`/answer/MILLISECONDS/BYTES` answers 200 after that time with that many bytes; `/fail` answers 500; `/hang` never
answers. With an argument, the file of a certificate and its key, it speaks TLS.
"""

import asyncio
import json
import ssl
import sys
import time
from functools import cache

from benchmarks.wire import Exchange, serve, whole

_FAILED = whole(b"no", status="500 Internal Server Error")


class Receiver:
    """Answers at once whatever has no delay."""

    def __init__(self) -> None:
        self.requests = 0

    def answer(self, head: bytes, _body: bytes, exchange: Exchange) -> None:
        """Do what the target says."""
        target = head.split(b" ", 2)[1]
        if b"Benchmark." in head or b"benchmark." in head:
            exchange.send(whole(json.dumps({"cpu": time.process_time(), "requests": self.requests}).encode()))
            return
        self.requests += 1
        if target.startswith(b"/answer/"):
            seconds, answer = _answer(target)
            if seconds:
                asyncio.get_running_loop().call_later(seconds, exchange.send, answer)
            else:
                exchange.send(answer)
        elif target.startswith(b"/fail"):
            exchange.send(_FAILED)


@cache
def _answer(target: bytes) -> tuple[float, bytes]:
    _, _, milliseconds, size, *_ = target.split(b"?")[0].split(b"/")
    return int(milliseconds) / 1000, whole(b"x" * int(size), kind="text/plain")


def main() -> None:
    """Serve until ended."""
    context = None
    if len(sys.argv) > 1:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(sys.argv[1])
    asyncio.run(serve(Receiver().answer, tls=context))


if __name__ == "__main__":
    main()
