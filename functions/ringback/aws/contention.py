"""DynamoDB's answers to a write that met a transaction: the next moment may do, and botocore does not try it.

Two requests that set callbacks of one number at once are no conflict that anybody has to hear of: each sets the whole
of what it names, so the later one stands.
"""

import random
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.client import BaseClient

PAUSES = (0.025, 0.05, 0.1, 0.2, 0.4)
"""Seconds, at most, before each further try; a transaction takes some 20 ms, and with jitter two never keep in step."""

PASSING = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
"""Reasons of a cancelled transaction that go by themselves; with any other one, it would be cancelled again."""

CONDITION = "ConditionalCheckFailed"
"""The reason that is somebody else's write."""


def retry_contention(dynamodb: "BaseClient", uniform: Callable[[float, float], float] = random.uniform) -> None:
    """Have *dynamodb* try again what met a transaction."""

    def needs_retry(response: tuple[object, Mapping[str, Any]] | None, attempts: int, **_: object) -> float | None:
        return None if response is None else pause_after(response[1], attempts, uniform)

    # botocore asks after each try, and waits for as long as one of those that it asks says.
    dynamodb.meta.events.register("needs-retry.dynamodb", needs_retry)  # type: ignore[arg-type] # of its stubs


def pause_after(answer: Mapping[str, Any], tries: int, uniform: Callable[[float, float], float]) -> float | None:
    """Seconds to wait before the next try, after so many *tries*; None where *answer* is not worth one."""
    if tries > len(PAUSES) or not is_passing(answer):
        return None
    return uniform(0, PAUSES[tries - 1])


def is_passing(answer: Mapping[str, Any]) -> bool:
    """Whether *answer* refuses a write only because of what others write at this moment."""
    code = answer.get("Error", {}).get("Code")
    if code == "TransactionConflictException":  # a single write, while a transaction has the item
        return True
    reasons = set(cancellation_reasons(answer)) - {"None"}
    return bool(reasons) and reasons <= PASSING


def cancellation_reasons(answer: Mapping[str, Any]) -> Iterable[str]:
    """Why a transaction was cancelled, for each of its writes; nothing of any other answer."""
    return (reason.get("Code", "None") for reason in answer.get("CancellationReasons", ()))
