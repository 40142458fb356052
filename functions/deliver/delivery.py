"""The story of a batch: load → admit → render → guard → send → judge → record; the middle is `ringback.attempts`."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from datetime import datetime

from deliver.events import Message
from deliver.health import Health
from deliver.loading import Batch, Loader, Ready
from deliver.parallel import in_groups
from deliver.telemetry import Telemetry
from ringback.announcing import Announcer
from ringback.attempts import Attempted, Attempts
from ringback.errors import NotStarted, OurFault
from ringback.models import Delivery
from ringback.recording import Recorder
from ringback.waiting import put_off

ATTEMPT_NEEDS_SECONDS = 20
"""An attempt starts only while the invocation has this long to live: 15 s for the attempt, 5 s to record it."""

TURN_WAIT_SECONDS = 5.0
"""How long an attempt waits for its turn at a server that has its share of our connections; then it is put off.

Waiting is cheaper than coming back, but it holds up the invocation: 50 answers of 1 s get through in that time.
"""

RECORD_NEEDS_SECONDS = 5
"""What was not attempted is put off only while there is time to record that; else its message goes back."""


class Story:
    """Delivers what a batch of messages asks for."""

    def __init__(  # noqa: PLR0913 - one collaborator for each step of the story
        self,
        *,
        loader: Loader,
        attempts: Attempts,
        recorder: Recorder,
        health: Health,
        announcer: Announcer,
        telemetry: Telemetry,
        pool: Executor,
        clock: Callable[[], datetime],
        uniform: Callable[[float, float], float],
    ) -> None:
        self._loader = loader
        self._attempts = attempts
        self._recorder = recorder
        self._health = health
        self._announcer = announcer
        self._telemetry = telemetry
        self._pool = pool
        self._clock = clock
        self._uniform = uniform

    def run(self, messages: Sequence[Message], *, time_left: Callable[[], float]) -> set[str]:
        """Make the attempts that *messages* ask for; the ids of the messages that go back to their queue.

        *time_left* gives the seconds until the invocation is ended.
        """
        try:
            batch = self._loader.load(messages, now=self._clock())
        except OurFault as fault:
            return self._telemetry.returned({message.id for message in messages}, fault)
        back = self._settle(batch)
        self._telemetry.loaded(batch.ready)
        admitted = self._health.admit(batch.ready, self._clock())
        back |= self._set_aside(admitted.waiting, "waiting") | self._set_aside(admitted.deferred, "deferred")
        back |= self._give_up(admitted.over)
        for group in in_groups(self._pool, lambda ready: self._attempt(ready, time_left), admitted.ready):
            back |= self._record(group, time_left)
        self._announcer.tell(time_left)
        return back

    def _settle(self, batch: Batch) -> set[str]:
        """What needs no attempt; the messages that go back all the same."""
        self._telemetry.dropped(batch.dropped)
        unscheduled = self._recorder.schedule(dict(batch.unscheduled))
        back = self._returned((batch.back - batch.faults.keys()) | unscheduled)
        for message, fault in batch.faults.items():
            back |= self._telemetry.returned({message}, fault)
        return back | self._set_aside(dict(batch.unwanted), "cancelled")

    def _set_aside(self, deliveries: Mapping[str, Delivery], why: str) -> set[str]:
        """Record, by their messages, *deliveries* that are not attempted now; the messages that go back."""
        recorded, unrecorded = self._recorder.record(deliveries)
        self._telemetry.dropped([why] * len(recorded))
        return self._returned(unrecorded)

    def _give_up(self, over: Sequence[Ready]) -> set[str]:
        """Record deliveries that have failed without another attempt, and see that it is told; what goes back."""
        recorded, unrecorded = self._recorder.record({ready.message: ready.delivery for ready in over})
        self._telemetry.dropped(["failed"] * len(recorded))
        for ready in over:
            if ready.message in recorded:
                self._announcer.settled(ready.delivery, ready.callback, self._clock())
        return self._returned(unrecorded)

    def _attempt(self, ready: Ready, time_left: Callable[[], float]) -> Attempted:
        spare = time_left() - ATTEMPT_NEEDS_SECONDS
        if spare < 0:
            raise NotStarted("the invocation had no time left to start this attempt")
        wait = min(TURN_WAIT_SECONDS, spare)
        return self._attempts.make(ready.delivery, ready.callback, ready.secrets, wait=wait)

    def _record(self, group: Sequence[tuple[Ready, Attempted | Exception]], time_left: Callable[[], float]) -> set[str]:
        made = {ready.message: result.delivery for ready, result in group if isinstance(result, Attempted)}
        recorded, unrecorded = self._recorder.record(made)
        back = self._returned(unrecorded)
        for ready, result in group:
            if ready.message in recorded and isinstance(result, Attempted):
                self._telemetry.attempted(ready, result)
        attempted = [(ready.callback, made[ready.message]) for ready, _ in group if ready.message in recorded]
        self._health.observe(attempted, self._clock())
        return back | self._not_attempted(group, time_left)

    def _not_attempted(
        self, group: Sequence[tuple[Ready, Attempted | Exception]], time_left: Callable[[], float]
    ) -> set[str]:
        """What had no room is put off, so that SQS counts no receive towards the dead letters; the rest goes back."""
        back: set[str] = set()
        no_room: dict[str, Delivery] = {}
        for ready, result in group:
            if isinstance(result, NotStarted) and time_left() >= RECORD_NEEDS_SECONDS:
                no_room[ready.message] = put_off(ready.delivery, now=self._clock(), uniform=self._uniform)
            elif isinstance(result, Exception):
                back |= self._telemetry.returned({ready.message}, result)
        return back | self._set_aside(no_room, "no_room")

    def _returned(self, messages: set[str]) -> set[str]:
        return self._telemetry.returned(messages, OurFault("a table or queue was busy"))
