"""The nouns: event, callback, delivery, attempt, and what an attempt sends."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from ringback.breaker import HEALTHY, Breaker
from ringback.json_text import to_compact_json
from ringback.timestamps import to_millis

ACCOUNT_WIDE = "*"
"""Stands for the number in the owner of what belongs to a whole account."""

type Value = str | int
"""What a field of an event holds."""

FIRST_KEPT, LAST_KEPT = 5, 15
"""Attempts of a delivery that are kept: how it began, and the last ten of a schedule with the end of the one before.

A delivery may be sent again any number of times, and its item has a bound (`delivery_items`).
"""


def build_owner(account: str, fonenumber: str) -> str:
    """The partition that a number's callbacks and deliveries share; no *fonenumber* means the account's own."""
    return f"{account}#{fonenumber or ACCOUNT_WIDE}"


def split_owner(owner: str) -> tuple[str, str]:
    """What `build_owner` made *owner* of."""
    account, fonenumber = owner.rsplit("#", 1)
    return account, "" if fonenumber == ACCOUNT_WIDE else fonenumber


class CallbackType(StrEnum):
    """What a customer wants to happen (guide: General Configuration)."""

    NONE = "None"
    CALLBACK = "Callback"
    EMAIL = "Email"


class Method(StrEnum):
    """How a callback carries its data (guide: method); `JSON` is a POST with a JSON content type."""

    GET = "GET"
    POST = "POST"
    JSON = "JSON"


class DeliveryStatus(StrEnum):
    """Where a delivery stands; all but `pending` are settled."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


class AttemptReason(StrEnum):
    """Why an attempt ran."""

    EVENT = "event"
    RETRY = "retry"
    REDELIVERY = "redelivery"
    TEST = "test"


class Outcome(StrEnum):
    """How an attempt ended; `judge.CONSEQUENCES` says what follows from each."""

    DELIVERED = "delivered"
    GONE = "gone"
    STATUS = "status"
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    PROTOCOL = "protocol"
    TOO_LONG = "too_long"
    REFUSED = "refused"
    """The URL itself names an address or a port that callbacks may not reach."""
    SPECIAL_ADDRESS = "special_address"
    """Its host resolves to one at the moment."""
    UNUSABLE = "unusable"
    MAIL_DELAYED = "mail_delayed"
    MAIL_REJECTED = "mail_rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """What a customer wants for one kind of event on one number; one per owner and kind."""

    owner: str
    event: str
    type: CallbackType
    email: str = ""
    method: Method | None = None
    url: str = ""
    url_username: str = ""
    url_password: str = field(default="", repr=False)
    disabled: str = ""
    """Why deliveries are off although the callback is set; empty while they are on."""
    disabled_at: datetime | None = field(default=None, compare=False)
    """Since when."""
    refused: str = ""
    """The rule that it breaks, if it came inside an event; then it has nothing else, and its delivery fails by that."""
    breaker: Breaker = field(default=HEALTHY, compare=False)
    """What its endpoint did lately; no part of the setting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened on a number."""

    kind: str
    account: str
    fonenumber: str
    id: str
    time: datetime
    data: Mapping[str, Value]
    """Values under their body names, in the catalogue's order; only those that the event has."""
    unknown: tuple[str, ...] = ()
    """Names in the message's `data` that this kind does not have; counted, never delivered."""
    callback: Callback | None = None
    """The callback that travels inside the event (`messages/confirm`)."""

    @property
    def owner(self) -> str:
        """The partition of this event's deliveries."""
        return build_owner(self.account, self.fonenumber)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try of a delivery."""

    number: int
    at: datetime
    reason: AttemptReason
    outcome: Outcome
    status: int | None = None
    """The HTTP status, where there was an answer."""
    milliseconds: int
    detail: str = ""
    """Why it failed, for a person; never a secret, a body or a query string of ours."""
    excerpt: str = ""
    """The first 1,024 bytes of the receiver's answer."""
    method: str = ""
    """As on the wire; empty of a mail, and where nothing could be rendered."""
    url: str = field(default="", repr=False)
    """As it was called, but for secrets and the text of a message (`evidence`)."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Some of the answer's (`evidence.KEPT_HEADERS`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event on its way to one callback; *id* is time-ordered and the receiver's `webhook-id`."""

    id: str
    event: Event
    created: datetime
    status: DeliveryStatus = DeliveryStatus.PENDING
    attempts: tuple[Attempt, ...] = ()
    """The first and the last of them, by `FIRST_KEPT` and `LAST_KEPT`."""
    tries: int = 0
    """Attempts since the event, or since the last redelivery: the place in the retry schedule."""
    due: datetime | None = None
    """When the next attempt starts, while pending; a message on the Retries queue is for exactly this one."""
    reason: AttemptReason = AttemptReason.EVENT
    """Why the next attempt runs; of a test, which has only one, it stays `test`."""
    note: str = ""
    """Why it waits, or was given up, for a person; empty while its attempts say all."""
    line: str = ""
    """The line that it is about to wait in (`waiting.backlog_partition`); never read back."""
    version: int = 0
    """Times that it was written; guards every write but the first."""

    @property
    def owner(self) -> str:
        """The partition that it lies in."""
        return self.event.owner

    @property
    def settled(self) -> bool:
        """Whether nothing more is going to happen by itself."""
        return self.status is not DeliveryStatus.PENDING

    @property
    def attempt_count(self) -> int:
        """How many attempts were made, whether they are all kept or not."""
        return self.attempts[-1].number if self.attempts else 0

    @property
    def next_attempt(self) -> int:
        """The number of the attempt that comes next; sending a delivery again does not start over."""
        return self.attempt_count + 1

    @property
    def is_test(self) -> bool:
        """Whether a customer asked for it, and nothing happened."""
        return self.reason is AttemptReason.TEST

    def after(self, attempt: Attempt, *, status: DeliveryStatus, due: datetime | None) -> "Delivery":
        """The same delivery with one more *attempt*."""
        return replace(
            self,
            attempts=_kept((*self.attempts, attempt)),
            tries=self.tries + 1,
            status=status,
            due=due,
            note="",
            reason=AttemptReason.TEST if self.is_test else AttemptReason.RETRY,
        )

    def cancelled(self, why: str) -> "Delivery":
        """The same delivery when nobody wants it any more."""
        return replace(self, status=DeliveryStatus.CANCELLED, due=None, note=why)


def _kept(attempts: tuple[Attempt, ...]) -> tuple[Attempt, ...]:
    if len(attempts) <= FIRST_KEPT + LAST_KEPT:
        return attempts
    return attempts[:FIRST_KEPT] + attempts[-LAST_KEPT:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Url:
    """A URL that passed validation, in the pieces that are sent; none is rewritten (facts: Substitution)."""

    scheme: str
    """`http` or `https`."""
    authority: str
    """Host and port as the customer wrote them: the `Host` header."""
    host: str
    """Name or address without brackets, lower case: what is resolved, judged, and verified in the certificate."""
    port: int
    target: str
    """Path and query, byte for byte; never empty, no fragment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A request as it is shown."""

    method: str = ""
    url: str = ""


NOT_CALLED = Called()
"""Of a mail, and of what could not be rendered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptResult:
    """What came back from a receiver, or from SES."""

    outcome: Outcome
    status: int | None = None
    retry_after: float | None = None
    """Seconds that the receiver asked to be left alone (RFC 9110, 10.2.3)."""
    detail: str = ""
    excerpt: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Those of the receiver's that are kept."""
    seconds: float | None = None
    """What the attempt took, its look-up included and waiting for its turn not; None where nothing went out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviousSecret:
    """A signing secret that was rotated, and signs on for a while."""

    secret: str = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningSecrets:
    """What an account's requests are signed with."""

    owner: str
    current: str = field(repr=False)
    """`whsec_` + base64 (Standard Webhooks)."""
    previous: tuple[PreviousSecret, ...] = ()
    """Those before it, the newest first; some may not sign any more."""
    created: datetime | None = None
    """When the current one was made."""

    def valid(self, now: datetime) -> tuple[str, ...]:
        """The secrets that sign at *now*, the newest first."""
        return self.current, *(previous.secret for previous in self.signing(now))

    def signing(self, now: datetime) -> tuple[PreviousSecret, ...]:
        """Those before the current one that sign too at *now*."""
        return tuple(previous for previous in self.previous if now < previous.until)


_TIME_DIGITS = 12


def delivery_id(event: Event) -> str:
    """32 hex digits that sort by the event's time: 12 of its milliseconds, 20 of a digest of all that identifies it.

    The data counts: `BEGIN` and `END` of a call may share id and second, and both must arrive.
    """
    identity = to_compact_json([event.owner, event.kind, event.id, *event.data.items()])
    digest = hashlib.sha256(identity.encode()).hexdigest()
    return f"{max(to_millis(event.time), 0):0{_TIME_DIGITS}x}{digest[:20]}"


def time_in_id(delivery: str) -> int:
    """Return the event's time that a delivery's id begins with, in milliseconds since 1970; 0 for one before that."""
    return int(delivery[:_TIME_DIGITS], 16)
