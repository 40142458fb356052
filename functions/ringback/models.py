"""Define the nouns: event, callback, delivery, attempt, and what an attempt sends."""

import hashlib
from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from ringback.breaker import HEALTHY, Breaker
from ringback.frozen import frozen
from ringback.json_text import to_compact_json
from ringback.timestamps import to_millis

ACCOUNT_WIDE = "*"
"""Takes the place of the number in the owner of whatever belongs to a whole account."""

type Value = str | int
"""The value of an event's field."""

FIRST_KEPT, LAST_KEPT = 5, 15
"""Attempts of a delivery that are kept: how it began, a whole schedule of ten, and the end of the one before.

A delivery may be redelivered any number of times, but its item is bounded (`storage.deliveries`).
"""


def build_owner(account: str, fonenumber: str) -> str:
    """Return the partition of a number's callbacks and deliveries, or of the account's own without a *fonenumber*."""
    return f"{account}#{fonenumber or ACCOUNT_WIDE}"


def split_owner(owner: str) -> tuple[str, str]:
    """Return the account and number that `build_owner` made *owner* of."""
    account, fonenumber = owner.rsplit("#", 1)
    return account, "" if fonenumber == ACCOUNT_WIDE else fonenumber


class CallbackType(StrEnum):
    """What happens at an event (guide: General Configuration)."""

    NONE = "None"
    CALLBACK = "Callback"
    EMAIL = "Email"


class Method(StrEnum):
    """How a callback carries its data (guide: method); `JSON` is a POST with a JSON content type."""

    GET = "GET"
    POST = "POST"
    JSON = "JSON"


class DeliveryStatus(StrEnum):
    """The state of a delivery; all but `pending` are settled."""

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
    """How an attempt ended; `delivery.outcomes.CONSEQUENCES` says what follows from each."""

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
    """Its host currently resolves to such an address."""
    UNUSABLE = "unusable"
    MAIL_DELAYED = "mail_delayed"
    MAIL_REJECTED = "mail_rejected"


@frozen
class Callback:
    """What a customer wants for one kind of event on one number; there is one per owner and kind."""

    owner: str
    event: str
    type: CallbackType
    email: str = ""
    method: Method | None = None
    url: str = ""
    url_username: str = ""
    url_password: str = field(default="", repr=False)
    disabled: str = ""
    """Why the callback is turned off; empty while it is on."""
    disabled_at: datetime | None = field(default=None, compare=False)
    """When it was turned off."""
    refused: str = ""
    """The rule that it breaks, if it came inside an event; such a callback has nothing else, and its delivery fails."""
    breaker: Breaker = field(default=HEALTHY, compare=False)
    """The recent state of its endpoint; not part of the setting."""


@frozen
class Event:
    """Something that happened on a number."""

    kind: str
    account: str
    fonenumber: str
    id: str
    time: datetime
    data: Mapping[str, Value]
    """The values that the event has, under their body names, in the catalogue's order."""
    unknown: tuple[str, ...] = ()
    """Names in the message's `data` that its kind does not have; they are counted, never delivered."""
    callback: Callback | None = None
    """The callback that travels inside the event (`messages/confirm`)."""

    @property
    def owner(self) -> str:
        """The partition of its deliveries."""
        return build_owner(self.account, self.fonenumber)


@frozen
class Attempt:
    """One try of a delivery."""

    number: int
    at: datetime
    reason: AttemptReason
    outcome: Outcome
    status: int | None = None
    """The HTTP status, if there was a response."""
    milliseconds: int
    detail: str = ""
    """Why it failed, for a person; never a secret, a body or a query string that we sent."""
    excerpt: str = ""
    """The first 1,024 bytes of the response's body."""
    method: str = ""
    """As on the wire; empty for a mail, and if nothing could be rendered."""
    url: str = field(default="", repr=False)
    """As it was called, with secrets and message texts masked (`redaction`)."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Some of the response's (`redaction.KEPT_HEADERS`)."""


@frozen
class Delivery:
    """One event on its way to one callback; *id* sorts by time, and receivers get it as `webhook-id`."""

    id: str
    event: Event
    created: datetime
    status: DeliveryStatus = DeliveryStatus.PENDING
    attempts: tuple[Attempt, ...] = ()
    """The first `FIRST_KEPT` and the last `LAST_KEPT` of them."""
    tries: int = 0
    """Attempts since the event or the last redelivery: the position in the retry schedule."""
    due: datetime | None = None
    """When the next attempt starts, while pending; a message on the Retries queue names exactly this time."""
    reason: AttemptReason = AttemptReason.EVENT
    """Why the next attempt runs; for a test, which has only one, it stays `test`."""
    note: str = ""
    """Why it waits or was given up, for a person; empty where its attempts already say so."""
    backlog: str = ""
    """The partition of the backlog that it is about to join (`backlog_partition`); never read back."""
    version: int = 0
    """How often it was written; guards every write but the first."""

    @property
    def owner(self) -> str:
        """The partition that it is stored in."""
        return self.event.owner

    @property
    def settled(self) -> bool:
        """Whether nothing more happens unless somebody asks for it."""
        return self.status is not DeliveryStatus.PENDING

    @property
    def attempt_count(self) -> int:
        """The number of attempts made, kept or not."""
        return self.attempts[-1].number if self.attempts else 0

    @property
    def next_attempt(self) -> int:
        """The number of the next attempt; a redelivery does not start over."""
        return self.attempt_count + 1

    @property
    def is_test(self) -> bool:
        """Whether a customer asked for it as a test, without an event."""
        return self.reason is AttemptReason.TEST

    def after(self, attempt: Attempt, *, status: DeliveryStatus, due: datetime | None) -> "Delivery":
        """Return the delivery with one more *attempt*."""
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
        """Return the delivery as cancelled, because nobody wants it any more."""
        return replace(self, status=DeliveryStatus.CANCELLED, due=None, note=why)


def _kept(attempts: tuple[Attempt, ...]) -> tuple[Attempt, ...]:
    if len(attempts) <= FIRST_KEPT + LAST_KEPT:
        return attempts
    return attempts[:FIRST_KEPT] + attempts[-LAST_KEPT:]


@frozen
class Url:
    """A valid URL in the pieces that are sent; none of them is rewritten (facts: Substitution)."""

    scheme: str
    """`http` or `https`."""
    authority: str
    """Host and port as the customer wrote them, for the `Host` header."""
    host: str
    """Name or address in lower case, without brackets: what is resolved, judged, and verified in the certificate."""
    port: int
    target: str
    """Path and query, byte for byte; never empty, and without a fragment."""


class Called(NamedTuple):
    """A request as an attempt shows it."""

    method: str = ""
    url: str = ""


NOT_CALLED = Called()
"""For a mail, and for what could not be rendered."""


class AttemptResult(NamedTuple):
    """What came back from a receiver or from SES."""

    outcome: Outcome
    status: int | None = None
    retry_after: float | None = None
    """Seconds for which the receiver asked to be left alone (RFC 9110, 10.2.3)."""
    detail: str = ""
    excerpt: str = ""
    headers: Mapping[str, str] = MappingProxyType({})
    """Headers of the response that are kept."""
    seconds: float | None = None
    """The attempt's duration, with name resolution but without the wait for its turn; None if nothing went out."""


@frozen
class PreviousSecret:
    """A signing secret that was rotated out and keeps signing for a while."""

    secret: str = field(repr=False)
    until: datetime


@frozen
class SigningSecrets:
    """The secrets that sign an account's requests."""

    owner: str
    current: str = field(repr=False)
    """`whsec_` + base64 (Standard Webhooks)."""
    previous: tuple[PreviousSecret, ...] = ()
    """Its predecessors, newest first; some may have expired."""
    created: datetime | None = None
    """When the current one was created."""

    def valid(self, now: datetime) -> tuple[str, ...]:
        """Return the secrets that sign at *now*, newest first."""
        return self.current, *(previous.secret for previous in self.signing(now))

    def signing(self, now: datetime) -> tuple[PreviousSecret, ...]:
        """Return the current one's predecessors that still sign at *now*."""
        return tuple(previous for previous in self.previous if now < previous.until)


_TIME_DIGITS = 12


def delivery_id(event: Event) -> str:
    """Compute 32 hex digits that sort by the event's time: 12 of its milliseconds, 20 of a digest of its identity.

    The data is part of the identity: `BEGIN` and `END` of a call may share id and second, and both must arrive.
    """
    identity = to_compact_json([event.owner, event.kind, event.id, *event.data.items()])
    digest = hashlib.sha256(identity.encode()).hexdigest()
    return f"{max(to_millis(event.time), 0):0{_TIME_DIGITS}x}{digest[:20]}"


def time_in_id(delivery: str) -> int:
    """Return the event's time that a delivery's id begins with, in milliseconds since 1970; 0 for one before that."""
    return int(delivery[:_TIME_DIGITS], 16)
