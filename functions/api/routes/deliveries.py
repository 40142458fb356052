"""The log: what happened to a number's events, and sending them again."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from api.calls import Call, Calling
from api.cursors import cursor_for, no_cursor, position_in
from api.log_queries import Filter
from api.models.deliveries import (
    LISTED_OF_ACCOUNT,
    SENT_AGAIN,
    SENT_AGAIN_OF_ACCOUNT,
    SHOWN_OF_ACCOUNT,
    DeliveriesAnswer,
    DeliveryAnswer,
    RedeliveryAnswer,
    RedeliveryInput,
    answer_of,
    summary_of,
)
from api.parameters import PAGE, Cursor, DeliveryId, Event, Limit, Number, Since, Status, Until, span_of
from api.problems import not_found
from api.redelivery import Redelivery
from api.routing import Routes
from ringback.catalogue import lookup
from ringback.delivery_items import from_item
from ringback.models import DeliveryStatus, owner_of
from ringback.times import iso

routes = Routes("Deliveries")

NUMBER = "/v2/fonenumbers/{fonenumber}"
ACCOUNT = "/v2/accounts"
"""For events that have no number, as call records may."""

AGAIN = "again"
"""Binds the cursor of sending again, which goes from the oldest to the newest, and no list's does."""


@routes.operation(
    "GET",
    NUMBER + "/deliveries",
    name="list_deliveries",
    summary="The log of a number",
    description=(
        "The newest event first. `since` and `until` go by the events' own times. A page may be short, or empty, where"
        " a filter left out much; only a cursor that is null is the end."
    ),
    query="status=failed&since=2026-11-23T00:00:00Z&limit=10",
)
def list_deliveries(  # noqa: PLR0913, PLR0917 - the filters of a list
    call: Calling,
    fonenumber: Number,
    status: Status = None,
    event: Event = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = PAGE,
    cursor: Cursor = "",
) -> DeliveriesAnswer:
    """A page of deliveries, the newest event first."""
    return _list(call, fonenumber, _filter(status, event, since, until), limit, cursor)


@routes.operation(
    "GET",
    ACCOUNT + "/deliveries",
    name="list_account_deliveries",
    summary="The log of events without a number",
    description="As for a number. Call records may have none.",
    answer=LISTED_OF_ACCOUNT,
)
def list_account_deliveries(  # noqa: PLR0913, PLR0917 - as above
    call: Calling,
    status: Status = None,
    event: Event = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = PAGE,
    cursor: Cursor = "",
) -> DeliveriesAnswer:
    """As for a number."""
    return _list(call, "", _filter(status, event, since, until), limit, cursor)


@routes.operation(
    "GET",
    NUMBER + "/deliveries/{delivery}",
    name="get_delivery",
    summary="One delivery with its attempts and data",
    description="What the event brought, and what came of each attempt.",
    problems=[HTTPStatus.NOT_FOUND],
)
def get_delivery(call: Calling, fonenumber: Number, delivery: DeliveryId) -> DeliveryAnswer:
    """All that is known of it."""
    return _get(call, fonenumber, delivery)


@routes.operation(
    "GET",
    ACCOUNT + "/deliveries/{delivery}",
    name="get_account_delivery",
    summary="One delivery of an event without a number",
    description="As for a number.",
    problems=[HTTPStatus.NOT_FOUND],
    answer=SHOWN_OF_ACCOUNT,
)
def get_account_delivery(call: Calling, delivery: DeliveryId) -> DeliveryAnswer:
    """As for a number."""
    return _get(call, "", delivery)


@routes.operation(
    "POST",
    NUMBER + "/deliveries/{delivery}/redeliver",
    name="redeliver",
    summary="Send a delivery again",
    description=(
        "By the callback as it is now, with the same `webhook-id`. One that is pending is not sent twice: its next"
        " attempt is moved to now. If it fails, it is tried again over three days."
    ),
    problems=[HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT],
    status=HTTPStatus.ACCEPTED,
    answer=SENT_AGAIN,
)
def redeliver(call: Calling, fonenumber: Number, delivery: DeliveryId) -> DeliveryAnswer:
    """One of a number."""
    return _redeliver(call, fonenumber, delivery)


@routes.operation(
    "POST",
    ACCOUNT + "/deliveries/{delivery}/redeliver",
    name="redeliver_account_delivery",
    summary="Send a delivery of an event without a number again",
    description="As for a number.",
    problems=[HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT],
    status=HTTPStatus.ACCEPTED,
    answer=SENT_AGAIN_OF_ACCOUNT,
)
def redeliver_account_delivery(call: Calling, delivery: DeliveryId) -> DeliveryAnswer:
    """As for a number."""
    return _redeliver(call, "", delivery)


@routes.operation(
    "POST",
    NUMBER + "/redeliver",
    name="redeliver_many",
    summary="Send all deliveries again that match",
    description=(
        "In the background, the oldest first, 20 a second of all that the account sends again in this way. Tests are"
        " left out, and what has no callback any more. One request takes up to 500, and its cursor is for the rest; a"
        " dry run counts all."
    ),
    problems=[HTTPStatus.CONFLICT],
    status=HTTPStatus.ACCEPTED,
)
def redeliver_many(call: Calling, fonenumber: Number, body: Annotated[RedeliveryInput, Body()]) -> RedeliveryAnswer:
    """Those of a number."""
    return _redeliver_many(call, fonenumber, body)


@routes.operation(
    "POST",
    ACCOUNT + "/redeliver",
    name="redeliver_many_of_account",
    summary="Send all deliveries of events without a number again that match",
    description="As for a number.",
    problems=[HTTPStatus.CONFLICT],
    status=HTTPStatus.ACCEPTED,
)
def redeliver_many_of_account(call: Calling, body: Annotated[RedeliveryInput, Body()]) -> RedeliveryAnswer:
    """As for a number."""
    return _redeliver_many(call, "", body)


def _filter(status: DeliveryStatus | None, event: str | None, since: str | None, until: str | None) -> Filter:
    first, end = span_of(since, until)
    return Filter(status=status, events=(lookup(event).name,) if event else (), since=first, until=end)


def _list(call: Call, fonenumber: str, wanted: Filter, limit: int, cursor: str) -> DeliveriesAnswer:
    owner = owner_of(call.account, fonenumber)
    after = position_in(cursor, owner, *_words(wanted))
    if after and not wanted.spans(after):
        raise no_cursor()
    deliveries, last = call.parts.log.page(owner, wanted, after=after, limit=limit)
    following = cursor_for(last, owner, *_words(wanted)) if last else None
    return DeliveriesAnswer.model_validate({"deliveries": list(map(summary_of, deliveries)), "cursor": following})


def _get(call: Call, fonenumber: str, delivery: str) -> DeliveryAnswer:
    item = call.parts.log.item(owner_of(call.account, fonenumber), delivery)
    if item is None:
        raise not_found(f"no such delivery: {delivery}; it may have expired")
    return answer_of(from_item(item))


def _redeliver(call: Call, fonenumber: str, delivery: str) -> DeliveryAnswer:
    return answer_of(_redelivery(call).one(owner_of(call.account, fonenumber), delivery, call.at))


def _redeliver_many(call: Call, fonenumber: str, body: RedeliveryInput) -> RedeliveryAnswer:
    owner = owner_of(call.account, fonenumber)
    wanted = _filter(body.status, body.event, body.since, body.until)
    after = position_in(body.cursor or "", owner, AGAIN, *_words(wanted))
    if after and not wanted.spans(after):
        raise no_cursor()
    count, last = _redelivery(call).many(owner, wanted, after=after, now=call.at, dry_run=body.dry_run)
    following = cursor_for(last, owner, AGAIN, *_words(wanted)) if last else None
    return RedeliveryAnswer.model_validate(
        {"redelivery": {"count": count, "dry_run": body.dry_run, "cursor": following}}
    )


def _redelivery(call: Call) -> Redelivery:
    parts = call.parts
    return Redelivery(
        log=parts.log, numbers=parts.numbers, recorder=parts.recorder, index=parts.due_index, turns=parts.turns
    )


def _words(wanted: Filter) -> tuple[str, ...]:
    """*wanted* as a cursor is bound to it."""
    times = [iso(time) if time else "" for time in (wanted.since, wanted.until)]
    return wanted.status or "", *wanted.events, *times
