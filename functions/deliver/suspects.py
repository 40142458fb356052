"""Messages that came back: each may have crashed an earlier invocation, so a child process meets it first."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial

from deliver.child_process import STEP_SECONDS, Step, survivors
from deliver.decisions import Decision, DueAttempt, Return
from deliver.messages import Message
from deliver.reading import READING_NEEDS_SECONDS, Batch, SqsRecord, read_batch
from ringback.delivery.render import render
from ringback.errors import InfrastructureError

SUSPECT = InfrastructureError("it came back, and a child process did not survive it")


async def read_suspects(
    records: Sequence[SqsRecord], *, read: Callable[[SqsRecord], Message], time_left: Callable[[], float]
) -> Batch:
    """Read *records* as `read_batch` does, except those that a child process does not survive."""
    survived = await _survivors([partial(read, record) for record in records], time_left)
    batch = read_batch((records[one] for one in sorted(survived)), read=read, time_left=time_left)
    lost = {record["messageId"] for number, record in enumerate(records) if number not in survived}
    return batch._replace(unread={**batch.unread, SUSPECT: lost})


async def renderable(decisions: Iterable[Decision], *, at: datetime, time_left: Callable[[], float]) -> list[Decision]:
    """Return *decisions*, with those about requests that a child process does not survive made into `Return`."""
    due = [one for one in decisions if isinstance(one, DueAttempt)]
    # Without secrets: OpenSSL's locks may have been held by other threads when the child was forked.
    steps = [partial(render, one.callback, delivery=one.delivery.id, event=one.delivery.event, at=at) for one in due]
    survived = await _survivors(steps, time_left)
    lost = {one.message for number, one in enumerate(due) if number not in survived}
    return [Return(message=one.message, cause=SUSPECT) if one.message in lost else one for one in decisions]


async def _survivors(steps: Sequence[Step], time_left: Callable[[], float]) -> set[int]:
    def go_on() -> bool:
        return time_left() >= READING_NEEDS_SECONDS + STEP_SECONDS

    try:
        return await asyncio.to_thread(survivors, steps, go_on=go_on)
    except OSError:  # the machine cannot fork now
        return set()
