"""Define the errors of events, settings and attempts as one tree; an error's type decides what happens to its event.

RingbackError
├── MalformedEvent             the platform's mistake      → dead letters at once, with the reason
├── InvalidSetting             a customer's mistake        → refused by the API (400); failed at delivery
├── AttemptFailed              an expected outcome         → judged: retried, or failed
└── InfrastructureError        table, queue, KMS, a bug    → back to the queue, never counted as an attempt
    ├── Conflict               somebody else wrote first   → their write stands
    └── NoCapacity             no room on our side         → postponed, never counted as an attempt

Four others stand where they are handled: `api.gateway.errors.Problem` (an HTTP error of the API),
`ringback.http.errors.Unanswered` (a request that may be sent once more), and `ringback.config.MissingVariable` and
`InvalidVariable` (a function that does not start).
"""

import traceback
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from ringback.models import Outcome


class MalformedReason(StrEnum):
    """Why a message is not an event, for programs: the attribute `reason` of a dead letter."""

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
    """The root of the tree; never raised itself."""


class MalformedEvent(RingbackError):  # noqa: N818 - a noun of the field, not "…Error"
    """A message on the queue that is not an event; *detail* explains it to a person.

    *logged* is the same without the given value, which may be private: an event's data, a customer's URL.
    """

    def __init__(self, reason: MalformedReason, detail: str, *, logged: str = "") -> None:
        super().__init__(f"{reason}: {logged or detail}")
        self.reason = reason
        self.detail = detail
        self.logged = logged or detail


class InvalidSetting(RingbackError):  # noqa: N818 - as above
    """A callback that cannot be set: *field* is wrong; *message* says what was given and what is allowed.

    *logged* is the same without the given value, which may be private: a token may be part of a URL's query.
    """

    def __init__(self, field: str, message: str, *, logged: str = "") -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message
        self.logged = f"{field}: {logged or message}"


class AttemptFailed(RingbackError):  # noqa: N818 - as above
    """An attempt without a response; *outcome* says why, and *detail*, which never holds a secret, goes to the log.

    *excerpt* is what the receiver sent instead of a response; only the customer sees it.
    """

    def __init__(self, outcome: Outcome, detail: str, *, excerpt: str = "") -> None:
        super().__init__(f"{outcome}: {detail}")
        self.excerpt = excerpt
        self.seconds: float | None = None
        """The attempt's duration, name resolution included; None if it ended before a request could go out."""
        self.outcome = outcome
        self.detail = detail


class InfrastructureError(RingbackError):
    """A part of our own system failed; the message goes back to its queue."""


class Conflict(InfrastructureError):  # noqa: N818 - as above
    """The condition of a write did not hold: somebody else wrote the same item first."""

    def __init__(self, doing: str, *, stands: Mapping[str, Any] | None = None) -> None:
        super().__init__(doing)
        self.stands = stands or {}
        """The item as it stands, if the write asked for it."""


class NoCapacity(InfrastructureError):  # noqa: N818 - as above
    """Nothing was sent, because there was no room on our side; the attempt is postponed."""


def describe_error(fault: Exception) -> dict[str, Any]:
    """Return the keys of a log line about *fault*: our own words, or type and place of an unforeseen exception.

    The text of an unforeseen exception is left out: it may hold anything, even a password.
    """
    if isinstance(fault, InfrastructureError):
        return {"fault": str(fault)}
    frames = traceback.extract_tb(fault.__traceback__)
    return {"fault": type(fault).__name__, "where": [f"{frame.name}:{frame.lineno}" for frame in frames]}
