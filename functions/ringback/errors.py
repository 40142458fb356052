"""Everything that can go wrong, as one tree; the type of an error decides what happens to its event.

RingbackError
├── MalformedEvent    the platform's mistake      → dead letters at once, with the reason
├── InvalidSetting    a customer's mistake        → refused (API: 400); at delivery: failed
├── AttemptFailed     an expected outcome         → judged: retried, or failed
└── OurFault          table, queue, KMS, a bug    → back to the queue, never counted as an attempt
    ├── Conflict      somebody else wrote first   → theirs stands
    └── NotStarted    no room on our side         → put off, no attempt is counted
"""

import traceback
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from ringback.models import Outcome


class MalformedReason(StrEnum):
    """Why a message is no event, for machines: the attribute `reason` of a dead letter."""

    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    NO_EVENT = "no_event"
    UNKNOWN_EVENT = "unknown_event"
    BAD_ACCOUNT = "bad_account"
    BAD_FONENUMBER = "bad_fonenumber"
    BAD_ID = "bad_id"
    BAD_TIME = "bad_time"
    BAD_DATA = "bad_data"
    BAD_CALLBACK = "bad_callback"
    BAD_RETRY = "bad_retry"


class RingbackError(Exception):
    """The root; never raised itself."""


class MalformedEvent(RingbackError):  # noqa: N818 - a noun of the field, not "…Error"
    """A message on the queue that is not an event; *detail* is a sentence for a person.

    *logged* says it without what was given, where that may be private: an event's data, a customer's URL.
    """

    def __init__(self, reason: MalformedReason, detail: str, *, logged: str = "") -> None:
        super().__init__(f"{reason}: {logged or detail}")
        self.reason = reason
        self.detail = detail
        self.logged = logged or detail


class InvalidSetting(RingbackError):  # noqa: N818 - as above
    """A callback that cannot be set: *field* is what was wrong; *message* says what was given and what is allowed.

    *logged* says it without what was given, where that may be private: a token may be a part of a URL's query.
    """

    def __init__(self, field: str, message: str, *, logged: str = "") -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message
        self.logged = f"{field}: {logged or message}"


class AttemptFailed(RingbackError):  # noqa: N818 - as above
    """An attempt that got no answer; *outcome* says why, *detail* is for the log and never holds a secret.

    *excerpt* is what the receiver sent in place of an answer; it is for the customer alone.
    """

    def __init__(self, outcome: Outcome, detail: str, *, excerpt: str = "") -> None:
        super().__init__(f"{outcome}: {detail}")
        self.excerpt = excerpt
        self.seconds: float | None = None
        """What the attempt took, its look-up included; None where it ended before its request could go out."""
        self.outcome = outcome
        self.detail = detail


class InfrastructureError(RingbackError):
    """A system of our own did not do its work; the message goes back to its queue."""


class Conflict(InfrastructureError):  # noqa: N818 - as above
    """The condition of a write did not hold: somebody else has written the same item meanwhile."""

    def __init__(self, doing: str, *, stands: Mapping[str, Any] | None = None) -> None:
        super().__init__(doing)
        self.stands = stands or {}
        """The item as it is, where the write asked for it."""


class NoCapacity(InfrastructureError):  # noqa: N818 - as above
    """Nothing was sent for want of room on our side; the attempt is put off."""


def describe_error(fault: Exception) -> dict[str, Any]:
    """The keys of a log line about *fault*: our own words, or the type and place of what nobody foresaw.

    Not the text of that: it may hold anything, a password too.
    """
    if isinstance(fault, InfrastructureError):
        return {"fault": str(fault)}
    frames = traceback.extract_tb(fault.__traceback__)
    return {"fault": type(fault).__name__, "where": [f"{frame.name}:{frame.lineno}" for frame in frames]}
