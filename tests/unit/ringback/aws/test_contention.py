"""Which answers to a write are worth another try, and when."""

from typing import Any

import pytest

from ringback.aws.contention import PAUSES, is_transient, pause_after


def cancelled(*reasons: str) -> dict[str, Any]:
    """The answer to a transaction, as botocore has it."""
    return {
        "Error": {"Code": "TransactionCanceledException", "Message": "…"},
        "CancellationReasons": [{"Code": reason} for reason in reasons],
    }


@pytest.mark.parametrize(
    "answer",
    [
        cancelled("TransactionConflict"),
        cancelled("None", "TransactionConflict"),
        cancelled("ThrottlingError", "None"),
        cancelled("ProvisionedThroughputExceeded", "TransactionConflict"),
        {"Error": {"Code": "TransactionConflictException"}},
    ],
)
def test_what_others_write_at_this_moment_passes(answer: dict[str, Any]) -> None:
    assert is_transient(answer)


@pytest.mark.parametrize(
    "answer",
    [
        cancelled("ConditionalCheckFailed"),
        cancelled("TransactionConflict", "ConditionalCheckFailed"),
        cancelled("TransactionConflict", "ValidationError"),
        cancelled("ItemCollectionSizeLimitExceeded"),
        cancelled("None"),
        cancelled(),
        {"Error": {"Code": "ConditionalCheckFailedException"}},
        {"Error": {"Code": "ProvisionedThroughputExceededException"}},
        {},
    ],
)
def test_what_would_be_refused_again_or_botocore_tries_itself_does_not(answer: dict[str, Any]) -> None:
    assert not is_transient(answer)


def test_pauses_grow_are_spread_and_end() -> None:
    answer = cancelled("TransactionConflict")
    most = [pause_after(answer, tries, lambda _, most: most) for tries in range(1, len(PAUSES) + 2)]

    assert most == [*PAUSES, None]
    assert pause_after(answer, 1, lambda least, _: least) == 0
    assert sum(PAUSES) < 1
