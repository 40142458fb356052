"""Settle single dead letters: send them again, corrected or unchanged, or remove them."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from operate.letters import DeadLetter
from operate.queue import DeadLetterQueue
from operate.stacks import Stack
from ringback.aws.clients import infrastructure_error
from ringback.errors import InfrastructureError

MISSING = "not seen: sent or removed already, older than 14 days, or somebody else looks at it; nothing was done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of one letter."""

    letter: str
    done: bool
    said: str


def put(bodies: Mapping[str, str], look: DeadLetterQueue, stack: Stack) -> Iterator[Settled]:
    """Send *bodies*, by the ids of their letters; a letter is removed only once its body is on its queue."""
    return _settle(bodies, look, lambda letter: _send(letter, bodies[letter.id], stack))


def drop(ids: Collection[str], look: DeadLetterQueue) -> Iterator[Settled]:
    """Remove the letters with *ids*."""
    return _settle(ids, look, lambda _: "removed")


def _settle(ids: Collection[str], look: DeadLetterQueue, first: Callable[[DeadLetter], str]) -> Iterator[Settled]:
    missing = set(ids)
    for letter in look.letters():
        if letter.id in missing:
            missing.remove(letter.id)
            yield _settled(letter, look, first)
        if not missing:
            return
    for left in sorted(missing):
        yield Settled(letter=left, done=False, said=MISSING)


def _settled(letter: DeadLetter, look: DeadLetterQueue, first: Callable[[DeadLetter], str]) -> Settled:
    done = ""
    try:
        done = first(letter)
        look.remove(letter)
    except InfrastructureError as fault:
        before = f"{done}, but " if done else ""
        return Settled(letter=letter.id, done=False, said=f"{before}the letter is still here ({fault})")
    return Settled(letter=letter.id, done=True, said=done)


def _send(letter: DeadLetter, body: str, stack: Stack) -> str:
    return _hand_over(letter.function, body, stack) if letter.function else _queue(letter, body, stack)


def _hand_over(function: str, body: str, stack: Stack) -> str:
    if function != stack.outputs.get("FeedbackFunctionName"):
        raise InfrastructureError(f"it was for the function {function}, which is not feedback of this stack")
    with infrastructure_error("handing it to feedback"):
        stack.client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=_payload(body))
    return "handed to feedback"


def _payload(body: str) -> str:
    """Return what the function was called with: the body, or a part of it if that is Lambda's record of a failure."""
    try:
        return json.dumps(json.loads(body)["requestPayload"])
    except (ValueError, LookupError, TypeError):
        return body


def _queue(letter: DeadLetter, body: str, stack: Stack) -> str:
    queue, url = _lane(letter, stack)
    # Without a group, as from a topic: a standard queue does not need one.
    group = {"MessageGroupId": letter.group} if letter.group else {}
    with infrastructure_error("sending it again"):
        stack.client("sqs").send_message(QueueUrl=url, MessageBody=body, **group)
    return f"sent to the {queue} queue"


def _lane(letter: DeadLetter, stack: Stack) -> tuple[str, str]:
    retries = stack.outputs["RetriesQueueUrl"]
    if letter.source == retries.rsplit("/", 1)[-1]:
        return "Retries", retries
    return "Events", stack.outputs["EventsQueueUrl"]
