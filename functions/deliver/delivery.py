"""The story of a batch: load → render → guard → send → judge → record; the middle of it is `ringback.attempts`."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from datetime import datetime

from deliver.events import Message
from deliver.health import Health
from deliver.loading import Batch, Loader, Ready
from deliver.parallel import in_groups
from deliver.telemetry import Telemetry
from ringback.attempts import Attempted, Attempts
from ringback.errors import OurFault
from ringback.recording import Recorder

ATTEMPT_NEEDS_SECONDS = 20
"""An attempt starts only while the invocation has this long to live: 15 s for the attempt, 5 s to record it."""


class Story:
    """Delivers what a batch of messages asks for."""

    def __init__(  # noqa: PLR0913 - one collaborator for each step of the story
        self,
        *,
        loader: Loader,
        attempts: Attempts,
        recorder: Recorder,
        health: Health,
        telemetry: Telemetry,
        pool: Executor,
        clock: Callable[[], datetime],
    ) -> None:
        self._loader = loader
        self._attempts = attempts
        self._recorder = recorder
        self._health = health
        self._telemetry = telemetry
        self._pool = pool
        self._clock = clock

    def run(self, messages: Sequence[Message], *, time_left: Callable[[], float]) -> set[str]:
        """Make the attempts that *messages* ask for; the ids of the messages that go back to their queue.

        *time_left* gives the seconds until the invocation is ended.
        """
        try:
            batch = self._loader.load(messages, now=self._clock())
        except OurFault as fault:
            return self._telemetry.returned({message.id for message in messages}, fault)
        back = self._settle(batch)
        for group in in_groups(self._pool, lambda ready: self._attempt(ready, time_left), batch.ready):
            back |= self._record(group)
        return back

    def _settle(self, batch: Batch) -> set[str]:
        """What needs no attempt; the messages that go back all the same."""
        self._telemetry.dropped(batch.dropped)
        cancelled, unrecorded = self._recorder.record(dict(batch.unwanted))
        self._telemetry.dropped(["cancelled"] * len(cancelled))
        unscheduled = self._recorder.schedule(dict(batch.unscheduled))
        return self._telemetry.returned(batch.back | unrecorded | unscheduled, OurFault("a table or queue was busy"))

    def _attempt(self, ready: Ready, time_left: Callable[[], float]) -> Attempted:
        if time_left() < ATTEMPT_NEEDS_SECONDS:
            raise OurFault("the invocation had no time left to start this attempt")
        return self._attempts.make(ready.delivery, ready.callback, ready.secrets)

    def _record(self, group: Sequence[tuple[Ready, Attempted | Exception]]) -> set[str]:
        made = {ready.message: result.delivery for ready, result in group if isinstance(result, Attempted)}
        recorded, unrecorded = self._recorder.record(made)
        back = self._telemetry.returned(unrecorded, OurFault("a table or queue was busy"))
        for ready, result in group:
            if isinstance(result, Exception):
                back |= self._telemetry.returned({ready.message}, result)
            elif ready.message in recorded:
                self._telemetry.attempted(ready, result)
                self._health.observe(ready.callback, result.delivery)
        return back
