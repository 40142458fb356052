"""One trial: a scene is played with a script, then AWS and SQS go on as they would, and the books are balanced."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ringback.models import Event
from tests.chaos.customer_calls import a_call
from tests.chaos.ledger import Verdict, balance, events_of, hand_out, requeue, retries, settle
from tests.chaos.scenes import SCENES, Scene
from tests.chaos.steps import Script, Step, passes
from tests.chaos.workers import Ended, Hurry, Worker
from tests.chaos.world import World, world

HURRY = Hurry(read_seconds=0.7, attempt=3, connect=1)
"""Nothing hangs here but AWS."""

SECRETS = "/v2/accounts/signing_secret"


@dataclass(slots=True, kw_only=True)
class Trial:
    """What came of it."""

    verdict: Verdict
    steps: list[Step]
    """Those of the first invocation."""
    first: Ended
    ended: list[Ended] = field(default_factory=list)
    """All invocations."""


def play(scene: Scene, script: Script, *, answered: bool = False, unheard: bool = False) -> Trial:
    """Play *scene*; with *answered*, a customer's first call has to go well whatever the script does.

    *unheard* is what was answered: the process ends when all is done, before anybody knows.
    """
    with world() as made:
        event = scene.event(made)
        with Worker(made.environment, HURRY) as victim:
            made.begins(script, victim.pid)
            first = victim.invoke(scene.function, event)
        if unheard:
            first = Ended(killed=True, seconds=first.seconds, megabytes=first.megabytes)
        steps = list(made.steps)
        made.begins(passes)
        with Worker(made.environment, HURRY) as survivor:
            trial = Trial(verdict=Verdict(), steps=steps, first=first, ended=[first])
            _GO_ON[scene.function](made, survivor, event, trial)
            if answered and not _status(first.answer) < 300:
                trial.verdict.wrong.append(f"the answer was {_status(first.answer)}")
            _come_to_rest(made, survivor, events_of(event.get("Records", ())), trial)
        trial.verdict.wrong += scene.check(made, event)
    if first.error:
        trial.verdict.wrong += [] if scene.function in {"requeue", "feedback"} else [f"escaped: {first.error}"]
    return trial


@cache
def steps_of(name: str) -> tuple[Step, ...]:
    """The steps of the scene called *name* when nothing goes wrong."""
    return tuple(play(SCENES[name], passes).steps)


def _come_to_rest(made: World, worker: Worker, events: list[Event], trial: Trial) -> None:
    """Play SQS and the minutes: what is pending has to come back, and to arrive once every receiver is well."""
    trial.ended.append(requeue(worker))
    before = balance(made, events)
    made.healthy = True
    left = settle(worker, retries(made), receives=1)
    trial.ended.append(requeue(worker))
    after = balance(made, events)
    after.stuck = sorted({*before.stuck, *after.stuck})
    after.wrong = trial.verdict.wrong + [f"would be a dead letter: {one['body'][:200]}" for one in left]
    trial.verdict = after


def _again_by_sqs(_: World, worker: Worker, event: dict[str, Any], trial: Trial) -> None:
    first = trial.first
    back = [one for one in event["Records"] if first.answer is None or one["messageId"] in first.back]
    if back:
        back, ended = hand_out(worker, back, receives=2)
        trial.ended.append(ended)
    left = settle(worker, back, receives=3)
    trial.verdict.wrong += [f"would be a dead letter: {one['body'][:200]}" for one in left]


def _again_by_the_minute(_: World, worker: Worker, event: dict[str, Any], trial: Trial) -> None:
    trial.ended.append(worker.invoke("requeue", event, seconds=50))


def _again_by_lambda(_: World, worker: Worker, event: dict[str, Any], trial: Trial) -> None:
    if trial.first.killed or trial.first.error:
        trial.ended.append(worker.invoke("feedback", event))


def _again_by_the_customer(made: World, worker: Worker, event: dict[str, Any], trial: Trial) -> None:
    """A customer who got no good answer asks again; for a secret that nobody was shown, as the answer says."""
    answer = trial.first.answer
    if _status(answer) >= 300:
        again = worker.invoke("api", event)
        trial.ended.append(again)
        answer = again.answer
        if _status(answer) == 409 and event["rawPath"] == SECRETS:
            answer = worker.invoke("api", a_call("POST", f"{SECRETS}/rotate", {})).answer
        if _status(answer) >= 300:
            said = answer["body"][:200] if answer else again.error
            trial.verdict.wrong.append(f"asked again, the answer is {_status(answer)}: {said}")
    with suppress(KeyError, TypeError):
        made.shown.append(json.loads(answer["body"])["signing_secret"]["secret"])


def _status(answer: Mapping[str, Any] | None) -> int:
    return int(answer["statusCode"]) if answer else 599


_GO_ON: Mapping[str, Callable[[World, Worker, dict[str, Any], Trial], None]] = {
    "deliver": _again_by_sqs,
    "requeue": _again_by_the_minute,
    "feedback": _again_by_lambda,
    "api": _again_by_the_customer,
}
"""Who makes good what an invocation did not end."""
