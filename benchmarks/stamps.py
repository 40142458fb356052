"""Receive events that say when they were sent, and note how long they were under way; answer 200 at once."""

import asyncio
import json
import re
import time

from benchmarks.wire import Exchange, serve, whole

STAMP = re.compile(rb"T(\d{19})T")
"""Nanoseconds since 1970, anywhere in a body."""


def stamp() -> str:
    """Return a text for an event that says when it was sent."""
    return f"T{time.time_ns()}T"


class Stamps:
    """Answers at once."""

    def __init__(self) -> None:
        self.delays: list[float] = []

    def answer(self, head: bytes, body: bytes, exchange: Exchange) -> None:
        """Note a request, or say what was noted since the last time: milliseconds, in no order."""
        now = time.time_ns()
        if b"benchmark.delays" in head.lower():
            exchange.send(whole(json.dumps(self.delays).encode()))
            self.delays = []
            return
        self.delays += [(now - int(sent)) / 1e6 for sent in STAMP.findall(body)]
        exchange.send(whole(b"ok"))


if __name__ == "__main__":
    asyncio.run(serve(Stamps().answer))
