"""Models of deliveries, attempts and redeliveries."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from api.delivery_queries import Standing
from api.recognition import MAX_TEXT, get_other_party, shorten_text
from api.schemas.base import TIME, Input, Output, shown_as
from ringback.callbacks.identifiers import FONENUMBER_PATTERN
from ringback.catalog.payload import CATALOGUE
from ringback.models import FIRST_KEPT, LAST_KEPT, Attempt, AttemptReason, Delivery, DeliveryStatus, Outcome
from ringback.redaction import MASK
from ringback.timestamps import to_iso

DELIVERY_ID = "01a2097a9c00d5d981b4cb27a1dc95cb"
"""The id of the example: `delivery_id` of its event."""

_ATTEMPT: dict[str, Any] = {
    "number": 1,
    "at": "2026-11-23T17:36:01.204Z",
    "reason": "event",
    "outcome": "gone",
    "status": 410,
    "milliseconds": 87,
    "detail": "HTTP 410",
    "excerpt": "Gone",
    "method": "POST",
    "url": "https://my.example.com/hook",
    "headers": {"content-type": "text/plain", "server": "nginx"},
}


def _example(event: str, **fields: str) -> dict[str, Any]:
    """Return a failed delivery of the catalogue's example."""
    summary = {
        "id": fields["id"],
        "fonenumber": fields["fonenumber"],
        "event": event,
        "event_id": fields["event_id"],
        "other_party": "3215551111",
        "text": str(CATALOGUE[event].example.get("message", "")),
        "time": "2026-11-23T17:36:00.000Z",
        "created": "2026-11-23T17:36:01.190Z",
        "status": "failed",
        "note": "",
        "next_attempt": None,
        "waits_until": None,
        "attempt_count": 1,
        "last_attempt": _ATTEMPT,
    }
    return {**summary, "attempts": [_ATTEMPT], "attempts_left_out": 0, "data": dict(CATALOGUE[event].example)}


_FAILED = _example(
    "messages/receive_notify", id=DELIVERY_ID, fonenumber="3215551212", event_id="0c4055acc5cc2736d818c96f4421b2f5"
)
_FAILED_OF_ACCOUNT = _example(
    "accounts/cdr_notify", id="01a2097a9c005590373c43b65014e6dc", fonenumber="", event_id="1795455360.1187"
)


def _list(*deliveries: dict[str, Any]) -> dict[str, Any]:
    more = {"attempts", "attempts_left_out", "data"}
    shown = [{name: value for name, value in delivery.items() if name not in more} for delivery in deliveries]
    return {"deliveries": shown, "cursor": None}


def _sent_again(delivery: dict[str, Any]) -> dict[str, Any]:
    return {"delivery": {**delivery, "status": "pending", "next_attempt": "2026-11-23T18:05:00.000Z"}}


def _tested(delivery: dict[str, Any], called: dict[str, str], told: dict[str, Any]) -> dict[str, Any]:
    """Return the response to a test of the example."""
    attempt = {
        **_ATTEMPT,
        "reason": "test",
        "outcome": "delivered",
        "status": 200,
        "detail": "HTTP 200",
        "excerpt": "ok",
        **called,
        "headers": {},
    }
    all_told = {"event_id": "test-5d1e0f3a9b8c7d6e", "status": "delivered", "last_attempt": attempt}
    return {"delivery": {**delivery, **all_told, "attempts": [attempt], **told}}


LISTED_OF_ACCOUNT, SHOWN_OF_ACCOUNT = _list(_FAILED, _FAILED_OF_ACCOUNT), {"delivery": _FAILED_OF_ACCOUNT}
SENT_AGAIN, SENT_AGAIN_OF_ACCOUNT = _sent_again(_FAILED), _sent_again(_FAILED_OF_ACCOUNT)
MANY_OF_ACCOUNT = {"redelivery": {"count": 2, "dry_run": True, "cursor": None}}
TESTED = _tested(
    _FAILED,
    {"method": "GET", "url": f"https://my.example.com/notify.php?message={MASK}"},
    {"other_party": "", "text": "50% off", "data": {"message": "50% off"}},
)
TESTED_FOR_ACCOUNT = _tested(
    _FAILED_OF_ACCOUNT,
    {"method": "POST", "url": "https://my.example.com/cdr"},
    {"other_party": "", "data": {"status": "END", "uid": "1795455360.1187", "billable_seconds": 42}},
)
"""Examples of responses for operations where the example of the model does not fit."""


class AttemptShown(Output):
    """One attempt of a delivery."""

    number: int = Field(description="The number of the attempt within the delivery, from 1.")
    at: str = Field(description="When it started.", json_schema_extra=TIME)
    reason: AttemptReason = Field(description="Why it was made.")
    outcome: Outcome = Field(description="`delivered` is the only success; `status` stands for any other HTTP status.")
    status: int | None = Field(description="The HTTP status; null if there was no response.")
    milliseconds: int
    detail: str = Field(description="The outcome in words.")
    excerpt: str = Field(description="The first 1,024 bytes of the receiver's response.")
    method: str = Field(description="The method as sent; empty for an e-mail, and if nothing could be sent.")
    url: str = Field(
        description="The first 512 bytes of the URL as sent. The text of a message and values that look like secrets"
        f" are masked as `{MASK}`."
    )
    headers: dict[str, str] = Field(description="Those response headers that tell who answered, and why.")


class DeliverySummary(Output):
    """A delivery in a list."""

    id: str = Field(description="The id of the delivery, which receivers get as `webhook-id`.")
    fonenumber: str = Field(description="The number; empty for an event of the whole account.")
    event: str
    event_id: str = Field(description="The platform's id of the event.")
    other_party: str = Field(description="The number of the other party; empty if the event has none.")
    text: str = Field(description=f"The first words of a message, at most {MAX_TEXT} characters; otherwise empty.")
    time: str = Field(description="When the event happened.", json_schema_extra=TIME)
    created: str = Field(description="When the first attempt was made.", json_schema_extra=TIME)
    status: DeliveryStatus
    note: str = Field(
        description="Why it is waiting or was given up, or what happened to its e-mail, if its attempts do not say so."
    )
    next_attempt: str | None = Field(
        description="When the next attempt is due, if it is pending and that is known.", json_schema_extra=TIME
    )
    waits_until: str | None = Field(
        description="While it waits for its endpoint to recover: when it will be given up.",
        json_schema_extra=TIME,
    )
    attempt_count: int = Field(description="How many attempts were made.")
    last_attempt: AttemptShown | None


class DeliveryShown(DeliverySummary):
    """A delivery with everything that is known about it."""

    attempts: list[AttemptShown] = Field(
        description=f"If there are more than {FIRST_KEPT + LAST_KEPT}, the first {FIRST_KEPT} and the last {LAST_KEPT}."
    )
    attempts_left_out: int = Field(description="How many attempts between those were not kept.")
    data: dict[str, str | int] = Field(description="The event's values, as in a JSON body.")


class DeliveriesAnswer(Output):
    """A page of the log, newest event first."""

    model_config = shown_as(_list(_FAILED))

    deliveries: list[DeliverySummary]
    cursor: str | None = Field(
        description="For the next page, with the same filters; null at the end. A page may be short or empty."
    )


class DeliveryAnswer(Output):
    """One delivery."""

    model_config = shown_as({"delivery": _FAILED})

    delivery: DeliveryShown


def _from_form(value: object) -> object:
    """Accept booleans as text, because forms only have text."""
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


class RedeliveryInput(Input):
    """Which deliveries to redeliver."""

    model_config = shown_as({"since": "2026-11-23T14:00:00Z", "status": "failed", "dry_run": True})

    since: str = Field(description="Only events from this time on.", json_schema_extra=TIME)
    until: str | None = Field(default=None, description="Only events before this time.", json_schema_extra=TIME)
    status: Annotated[Standing, Field(strict=False)] = Field(
        default=Standing.FAILED,
        description="`failed` if left out. The next attempt of a pending one is made now; `attention` means both.",
    )
    event: str | None = Field(default=None, description="Only this kind of event; all kinds if left out.")
    event_id: str | None = Field(default=None, description="Only the event to which the platform gave this id.")
    outcome: Annotated[Outcome | None, Field(strict=False)] = Field(
        default=None, description="Only those whose last attempt had this outcome."
    )
    http_status: Annotated[int | None, Field(strict=False)] = Field(
        default=None, ge=100, le=999, description="Only those whose last attempt got this HTTP status."
    )
    other_party: str | None = Field(default=None, description="Only those with this other party.")
    dry_run: Annotated[bool, BeforeValidator(_from_form)] = Field(
        default=False, description="Count without redelivering."
    )
    cursor: str | None = Field(default=None, description="The `cursor` of the previous response, if it had one.")


class AccountRedeliveryInput(RedeliveryInput):
    """Which deliveries of an account to redeliver."""

    model_config = shown_as({"since": "2026-11-23T14:00:00Z", "status": "failed", "dry_run": True})

    fonenumber: str | None = Field(
        default=None,
        description="Only this number; `*` for events without a number.",
        json_schema_extra={"pattern": f"{FONENUMBER_PATTERN}|^\\*$"},
    )


FILTERS = ("status", "event", "event_id", "outcome", "http_status", "other_party", "since", "until")
"""The fields that filter."""


class Redelivery(Output):
    """What will be redelivered."""

    count: int = Field(
        description="How many are redelivered, at 20 a second per account; with `dry_run`, how many would be."
    )
    dry_run: bool
    cursor: str | None = Field(
        description="To continue with, if there are more than one request takes; otherwise null."
    )


class RedeliveryAnswer(Output):
    """How many deliveries are redelivered, in the background within the next minutes."""

    model_config = shown_as({"redelivery": {"count": 1, "dry_run": True, "cursor": None}})

    redelivery: Redelivery


def build_page(deliveries: Iterable[Delivery], cursor: str | None) -> DeliveriesAnswer:
    """Return a page of a list."""
    return DeliveriesAnswer.model_validate({"deliveries": list(map(build_summary, deliveries)), "cursor": cursor})


def redelivery_answer(count: int, cursor: str | None, *, dry_run: bool) -> RedeliveryAnswer:
    """Return how many deliveries are redelivered, or would be."""
    return RedeliveryAnswer(redelivery=Redelivery(count=count, dry_run=dry_run, cursor=cursor))


def build_summary(delivery: Delivery) -> dict[str, Any]:
    """Return the fields of a `DeliverySummary`."""
    return {
        "id": delivery.id,
        "fonenumber": delivery.event.fonenumber,
        "event": delivery.event.kind,
        "event_id": delivery.event.id,
        "other_party": get_other_party(delivery.event),
        "text": shorten_text(delivery.event),
        "time": to_iso(delivery.event.time),
        "created": to_iso(delivery.created),
        "status": delivery.status,
        "note": delivery.note,
        "next_attempt": to_iso(delivery.due) if delivery.due and not delivery.note else None,
        "waits_until": to_iso(delivery.due) if delivery.due and delivery.note else None,
        "attempt_count": delivery.attempt_count,
        "last_attempt": _shown(delivery.attempts[-1]) if delivery.attempts else None,
    }


def build_delivery_answer(delivery: Delivery) -> DeliveryAnswer:
    """Return a whole delivery as a response."""
    attempts = [_shown(attempt) for attempt in delivery.attempts]
    return DeliveryAnswer(
        delivery=DeliveryShown(
            **build_summary(delivery),
            attempts=attempts,
            attempts_left_out=delivery.attempt_count - len(attempts),
            data=dict(delivery.event.data),
        )
    )


def _shown(attempt: Attempt) -> AttemptShown:
    return AttemptShown(
        number=attempt.number,
        at=to_iso(attempt.at),
        reason=attempt.reason,
        outcome=attempt.outcome,
        status=attempt.status,
        milliseconds=attempt.milliseconds,
        detail=attempt.detail,
        excerpt=attempt.excerpt,
        method=attempt.method,
        url=attempt.url,
        headers=dict(attempt.headers),
    )
