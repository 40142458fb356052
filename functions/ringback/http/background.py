"""An event loop in a background thread."""

import asyncio
from collections.abc import Callable, Coroutine
from threading import Lock, Thread, current_thread
from typing import Any


class BackgroundLoop:
    """Runs coroutines for callers in any thread; its thread starts with the first coroutine."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        """None until it is needed, and once it has been stopped."""
        self._thread: Thread | None = None
        self._lock = Lock()

    def run[Result](self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """Return what *coroutine* returns, or raise what it raises."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._started()).result()

    def call(self, function: Callable[[], object]) -> None:
        """Call *function* in the background thread, and wait for it."""

        async def called() -> None:
            function()

        self.run(called())

    def stop(self) -> None:
        """End the thread; the next call starts another."""
        with self._lock:
            loop, thread, self.loop, self._thread = self.loop, self._thread, None, None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            if thread is not current_thread():  # which may be the one that collects the garbage
                thread.join()
                loop.close()

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self.loop is None:
                self.loop = asyncio.new_event_loop()
                self._thread = Thread(target=self.loop.run_forever, daemon=True, name="http")
                self._thread.start()
            return self.loop
