"""Retry writes that DynamoDB refused because of a concurrent transaction; botocore does not.

Two requests that set callbacks of one number at once are not a conflict that anybody needs to know about: each replaces
what it names entirely, so the later one wins.
"""

import random
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.client import BaseClient

PAUSES = (0.025, 0.05, 0.1, 0.2, 0.4)
"""Seconds, at most, before each further try; a transaction takes some 20 ms, and jitter keeps two out of step."""

TRANSIENT = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
"""Reasons for which a transaction is cancelled that soon pass; with any other it would be cancelled again."""

CONDITION = "ConditionalCheckFailed"
"""The reason that means that somebody else has written the item."""


def retry_contention(dynamodb: "BaseClient", uniform: Callable[[float, float], float] = random.uniform) -> None:
    """Have *dynamodb* retry calls that collided with a transaction."""

    def needs_retry(response: tuple[object, Mapping[str, Any]] | None, attempts: int, **_: object) -> float | None:
        return None if response is None else pause_after(response[1], attempts, uniform)

    # botocore asks its handlers after each try, and waits for as long as one of them says.
    dynamodb.meta.events.register("needs-retry.dynamodb", needs_retry)  # type: ignore[arg-type] # of its stubs


def pause_after(answer: Mapping[str, Any], tries: int, uniform: Callable[[float, float], float]) -> float | None:
    """Return the seconds to wait after this many *tries*; None if *answer* should not be retried."""
    if tries > len(PAUSES) or not is_transient(answer):
        return None
    return uniform(0, PAUSES[tries - 1])


def is_transient(answer: Mapping[str, Any]) -> bool:
    """Return whether *answer* refuses a write only because of concurrent writes."""
    code = answer.get("Error", {}).get("Code")
    if code == "TransactionConflictException":  # a single write to an item that a transaction is writing
        return True
    reasons = set(cancellation_reasons(answer)) - {"None"}
    return bool(reasons) and reasons <= TRANSIENT


def cancellation_reasons(answer: Mapping[str, Any]) -> Iterable[str]:
    """Yield why a transaction was cancelled, for each of its writes; nothing for any other answer."""
    return (reason.get("Code", "None") for reason in answer.get("CancellationReasons", ()))
