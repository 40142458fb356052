"""Deliver a batch on one event loop: decide → carry out what needs no attempt → attempt → record.

Each attempt is a task. Calls that block (boto3) run in one worker thread, one step at a time, so that only that thread
and the loop ever touch what the steps share.

Messages that are handed out for the first time begin first. A message that came back is a suspect: it may have crashed
the invocation before, and must not take others with it again (`deliver.suspects`).
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from deliver.attempt_log import AttemptLog
from deliver.dead_letters import DeadLetters
from deliver.decisions import Decision, Drop, DueAttempt, Expire, Postpone, Recorded, Reschedule, Return
from deliver.endpoint_health import EndpointHealth
from deliver.loading import BUSY, Loader
from deliver.messages import Message
from deliver.postpone import postpone
from deliver.reading import Batch, SqsRecord, came_back, read_batch
from deliver.results import ResultGroups
from deliver.suspects import read_suspects, renderable
from ringback.delivery.attempt import Attempted, Attempts
from ringback.delivery.recorder import Recorder
from ringback.errors import InfrastructureError, NoCapacity
from ringback.http.timers import SharedTimeout
from ringback.notify.notifier import Notifier

if TYPE_CHECKING:
    from ringback.aws.dynamodb import Key
    from ringback.models import Callback, Delivery

ATTEMPT_NEEDS_SECONDS = 20
"""An attempt starts only while the invocation has this long to live: 15 s for the attempt, 5 s to record it."""

HEAD_START_SECONDS = 5.0
"""How long suspects wait for the rest of their batch to be recorded; it is under way by then at least."""

TURN_WAIT_SECONDS = 5.0
"""How long an attempt waits for its turn at a server that has all the connections it may have; then it is put off.

Waiting is cheaper than coming back, but it holds up the invocation: 50 answers of 1 s get through in this time.
"""

RECORD_NEEDS_SECONDS = 5
"""An attempt that is not finished this long before the invocation ends has timed out, so that it can be recorded. With
less time left than this, what was not attempted is not put off either: its message goes back."""

ATTEMPTS_AT_ONCE = 200
"""An execution environment has 1,024 descriptors: 256 are idle connections, an attempt takes one, or a few for a moment
where a host has several addresses. SQS hands out a hundred messages at most."""

NOT_DEAD_LETTERED = InfrastructureError("the dead letters did not take it")

type Made = tuple[DueAttempt, Attempted | Exception]
"""An attempt that was due, and its result."""


class DeliveryPipeline:
    """Delivers what a batch of messages asks for."""

    def __init__(  # noqa: PLR0913 - one collaborator for each step
        self,
        *,
        read: Callable[[SqsRecord], Message],
        dead_letters: DeadLetters,
        loader: Loader,
        attempts: Attempts,
        recorder: Recorder,
        health: EndpointHealth,
        notifier: Notifier,
        telemetry: AttemptLog,
        worker: Executor,
        clock: Callable[[], datetime],
        uniform: Callable[[float, float], float],
    ) -> None:
        """*worker* has the one thread in which everything but the attempts is done."""
        self._read = read
        self._dead_letters = dead_letters
        self._loader = loader
        self._attempts = attempts
        self._recorder = recorder
        self._health = health
        self._notifier = notifier
        self._telemetry = telemetry
        self._worker = worker
        self._clock = clock
        self._uniform = uniform

    async def run(self, records: Sequence[SqsRecord], *, time_left: Callable[[], float]) -> set[str]:
        """Make the attempts that *records* ask for, and return the ids of the messages that go back to their queue.

        *time_left* returns the seconds until the invocation is ended.
        """
        self._health.begin()
        suspects = [record for record in records if came_back(record)]
        fresh = [record for record in records if not came_back(record)] if suspects else records
        under_way: set[Key] = set()
        async with asyncio.TaskGroup() as tasks:
            first = tasks.create_task(self._deliver_fresh(fresh, under_way, time_left))
            second = tasks.create_task(self._deliver_suspects(suspects, first, under_way, time_left))
        if self._notifier.has_unsent:
            await self._in_worker(partial(self._notifier.flush, time_left))
        return first.result() | second.result()

    async def _deliver_fresh(
        self, records: Sequence[SqsRecord], under_way: set["Key"], time_left: Callable[[], float]
    ) -> set[str]:
        batch = read_batch(records, read=self._read, time_left=time_left)
        decisions, back = await self._decided(batch)
        due = [one for one in decisions if isinstance(one, DueAttempt)]
        under_way |= {(one.delivery.owner, one.delivery.id) for one in due}
        return back | await self._deliver(decisions, time_left)

    async def _deliver_suspects(
        self,
        records: Sequence[SqsRecord],
        fresh: "asyncio.Task[set[str]]",
        under_way: Collection["Key"],
        time_left: Callable[[], float],
    ) -> set[str]:
        if not records:
            return set()
        spare = time_left() - ATTEMPT_NEEDS_SECONDS
        await asyncio.wait([fresh], timeout=max(0, min(HEAD_START_SECONDS, spare)))
        batch = await read_suspects(records, read=self._read, time_left=time_left)
        decisions, back = await self._decided(batch, under_way)
        decisions = await renderable(decisions, at=self._clock(), time_left=time_left)
        return back | await self._deliver(decisions, time_left)

    async def _decided(
        self, batch: Batch, under_way: Collection["Key"] = frozenset()
    ) -> tuple[list[Decision], set[str]]:
        """Return the decisions about a batch, and the messages that go back instead."""
        back: set[str] = set()
        if batch.malformed or batch.unread:
            back = await self._in_worker(partial(self._set_aside, batch))
        try:
            return await self._in_worker(partial(self._decide, batch.messages, under_way)), back
        except InfrastructureError as error:
            return [], back | self._give_back({message.id for message in batch.messages}, error)

    async def _deliver(self, decisions: Sequence[Decision], time_left: Callable[[], float]) -> set[str]:
        """Carry out *decisions*, and return the messages that go back."""
        until = SharedTimeout(time_left() - RECORD_NEEDS_SECONDS)
        due = [one for one in decisions if isinstance(one, DueAttempt)]
        others = [one for one in decisions if not isinstance(one, DueAttempt)]
        groups = self._attempt_all(due, until, time_left)
        back: set[str] = set()
        try:
            if others:
                back = await self._in_worker(partial(self._carry_out, others))
            async for group in groups:
                back |= await self._in_worker(partial(self._record, group, time_left))
        finally:
            until.close()
            groups.cancel()  # only a bug leaves any, and the next invocation must not run them
        return back

    def _in_worker[Result](self, step: Callable[[], Result]) -> asyncio.Future[Result]:
        return asyncio.get_running_loop().run_in_executor(self._worker, step)

    def _set_aside(self, batch: Batch) -> set[str]:
        """Send malformed messages to the dead letters, and return the messages that go back."""
        back: set[str] = set()
        for record, malformed in batch.malformed:
            if self._dead_letters.send(record, malformed):
                self._telemetry.dead_lettered(record["messageId"], malformed)
            else:
                back |= self._give_back({record["messageId"]}, NOT_DEAD_LETTERED)
        for cause, messages in batch.unread.items():
            back |= self._give_back(messages, cause)
        return back

    def _decide(self, messages: Sequence[Message], under_way: Collection["Key"]) -> list[Decision]:
        decisions = self._loader.decide(messages, now=self._clock(), under_way=under_way)
        self._telemetry.loaded(one for one in decisions if isinstance(one, DueAttempt))
        return self._health.admit(decisions, self._clock())

    def _carry_out(self, decisions: Iterable[Decision]) -> set[str]:
        """Do what needs no attempt, all at once, and return the messages that go back."""
        recorded: dict[str, Recorded] = {}
        scheduled: dict[str, Delivery] = {}
        back: dict[InfrastructureError, set[str]] = {}
        for decision in decisions:
            match decision:
                case Recorded():
                    recorded[decision.message] = decision
                case Reschedule():
                    scheduled[decision.message] = decision.delivery
                case Drop():
                    self._telemetry.unattempted(decision.metric)
                case Return():
                    back.setdefault(decision.cause, set()).add(decision.message)
        for cause, messages in back.items():
            self._give_back(messages, cause)
        unscheduled = self._give_back(self._recorder.schedule(scheduled), BUSY)
        self._telemetry.rescheduled(scheduled.keys() - unscheduled)
        return unscheduled.union(self._record_unattempted(recorded), *back.values())

    def _record_unattempted(self, decisions: Mapping[str, Recorded]) -> set[str]:
        """Record deliveries that are not attempted now, and return the messages that go back."""
        result = self._recorder.record({name: one.delivery for name, one in decisions.items()})
        self._telemetry.superseded(result.superseded)
        for message in result.recorded:
            decision = decisions[message]
            self._telemetry.unattempted(decision.metric)
            if isinstance(decision, Expire):
                self._telemetry.failed()
                self._notifier.delivery_settled(decision.delivery, decision.callback, self._clock())
        return self._give_back(result.back, BUSY)

    def _attempt_all(
        self, due: Iterable[DueAttempt], until: SharedTimeout, time_left: Callable[[], float]
    ) -> ResultGroups[Made]:
        """Start all attempts, and return their results as they come."""
        groups: ResultGroups[Made] = ResultGroups(at_once=ATTEMPTS_AT_ONCE)
        for one in due:
            groups.start(self._attempt(one, until, time_left))
        return groups

    async def _attempt(self, due: DueAttempt, until: SharedTimeout, time_left: Callable[[], float]) -> Made:
        spare = time_left() - ATTEMPT_NEEDS_SECONDS
        if spare < 0:
            return due, NoCapacity("the invocation had no time left to start this attempt")
        wait = min(TURN_WAIT_SECONDS, spare)
        try:
            return due, await self._attempts.make(due.delivery, due.callback, due.secrets, wait=wait, until=until)
        except Exception as error:  # noqa: BLE001 - carried to the one place that decides what follows from an error
            return due, error

    def _record(self, group: Sequence[Made], time_left: Callable[[], float]) -> set[str]:
        made = {due.message: result for due, result in group if isinstance(result, Attempted)}
        records = self._recorder.record({message: result.delivery for message, result in made.items()})
        self._telemetry.superseded(records.superseded)
        attempted: list[tuple[Callback, Attempted]] = []
        for due, result in group:
            if due.message in records.recorded and isinstance(result, Attempted):
                self._telemetry.attempted(due, result)
                attempted.append((due.callback, result))
        self._health.observe(attempted, self._clock())
        return self._give_back(records.back, BUSY) | self._not_attempted(group, time_left)

    def _not_attempted(self, group: Sequence[Made], time_left: Callable[[], float]) -> set[str]:
        """Put off attempts without capacity, so that SQS counts no receive, and return the messages that go back."""
        back: set[str] = set()
        postponed: dict[str, Recorded] = {}
        for due, result in group:
            if isinstance(result, NoCapacity) and time_left() >= RECORD_NEEDS_SECONDS:
                delivery = postpone(due.delivery, now=self._clock(), uniform=self._uniform)
                postponed[due.message] = Postpone(message=due.message, delivery=delivery)
            elif isinstance(result, Exception):
                back |= self._give_back({due.message}, result)
        return back | self._record_unattempted(postponed)

    def _give_back(self, messages: set[str], cause: Exception) -> set[str]:
        self._telemetry.returned(messages, cause)
        return messages
