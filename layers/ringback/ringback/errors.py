"""Everything that can go wrong, as one tree; the type of an error decides what happens to its event.

RingbackError
├── MalformedEvent    the platform's mistake      → dead letters at once, with the reason
├── InvalidSetting    a customer's mistake        → refused (API: 400); at delivery: failed
├── AttemptFailed     an expected outcome         → judged: retried, or failed
└── OurFault          table, queue, KMS, a bug    → back to the queue, never counted as an attempt
    └── Conflict      somebody else wrote first   → theirs stands
"""

from ringback.models import Outcome


class RingbackError(Exception):
    """The root; never raised itself."""


class MalformedEvent(RingbackError):  # noqa: N818 - the noun of the design, not "…Error"
    """A message on the queue that is not an event; *reason* is one of a few words, *detail* a sentence for a person."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class InvalidSetting(RingbackError):  # noqa: N818 - as above
    """A callback that cannot be set: *field* is what was wrong; *message* says what was given and what is allowed."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class AttemptFailed(RingbackError):  # noqa: N818 - as above
    """An attempt that got no answer; *outcome* says why, *detail* is for the log and never holds a secret."""

    def __init__(self, outcome: Outcome, detail: str) -> None:
        super().__init__(f"{outcome}: {detail}")
        self.outcome = outcome
        self.detail = detail


class OurFault(RingbackError):  # noqa: N818 - as above
    """A system of our own did not do its work; the message goes back to its queue."""


class Conflict(OurFault):
    """The condition of a write did not hold: somebody else has written the same item meanwhile."""
