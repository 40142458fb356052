"""The routes of a number's deliveries: list, read and redeliver; and what those of an account share with them."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from api.context import CurrentRequest, RequestContext
from api.delivery_queries import Filter
from api.gateway.cursor import invalid_cursor
from api.gateway.errors import not_found
from api.gateway.routing import Routes
from api.redelivery import Redelivery
from api.routes.parameters import (
    PAGE,
    Cursor,
    DeliveryId,
    Event,
    EventId,
    HttpStatus,
    LastOutcome,
    Limit,
    Number,
    OtherParty,
    Since,
    Status,
    Until,
    parse_filter,
)
from api.schemas.deliveries import (
    FILTERS,
    SENT_AGAIN,
    DeliveriesAnswer,
    DeliveryAnswer,
    RedeliveryAnswer,
    RedeliveryInput,
    build_delivery_answer,
    build_page,
    redelivery_answer,
)
from ringback.models import build_owner
from ringback.storage.deliveries import delivery_from_item

routes = Routes("Deliveries")

NUMBER = "/v2/fonenumbers/{fonenumber}"
AGAIN = "again"
"""Binds cursors of redeliveries, which go from the oldest to the newest, unlike those of lists."""


@routes.operation(
    "GET",
    NUMBER + "/deliveries",
    name="list_deliveries",
    summary="List deliveries of a number",
    description=(
        "Newest event first. `since` and `until` refer to the times of the events. A page may be short or empty if a"
        " filter skipped many deliveries; the list ends only where the cursor is null."
    ),
    query="status=failed&since=2026-11-23T00:00:00Z&limit=10",
)
def list_deliveries(  # noqa: PLR0913, PLR0917 - the filters of a list
    call: CurrentRequest,
    fonenumber: Number,
    status: Status = None,
    event: Event = None,
    event_id: EventId = None,
    outcome: LastOutcome = None,
    http_status: HttpStatus = None,
    other_party: OtherParty = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = PAGE,
    cursor: Cursor = "",
) -> DeliveriesAnswer:
    """Return a page of a number's deliveries, newest event first."""
    wanted = parse_filter(
        status=status,
        event=event,
        event_id=event_id,
        outcome=outcome,
        http_status=http_status,
        other_party=other_party,
        since=since,
        until=until,
    )
    return list_of_owner(call, build_owner(call.account, fonenumber), wanted, limit, cursor)


@routes.operation(
    "GET",
    NUMBER + "/deliveries/{delivery}",
    name="get_delivery",
    summary="Read a delivery with its attempts and data",
    description="The event's data, and the outcome of each attempt.",
    problems=[HTTPStatus.NOT_FOUND],
)
def get_delivery(call: CurrentRequest, fonenumber: Number, delivery: DeliveryId) -> DeliveryAnswer:
    """Return one delivery of a number."""
    return delivery_of_owner(call, build_owner(call.account, fonenumber), delivery)


@routes.operation(
    "POST",
    NUMBER + "/deliveries/{delivery}/redeliver",
    name="redeliver",
    summary="Redeliver",
    description=(
        "Uses the callback as it is now, and the same `webhook-id`. A pending delivery is not sent twice: its next"
        " attempt is made now instead. If it fails, it is retried over three days."
    ),
    problems=[HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT],
    status=HTTPStatus.ACCEPTED,
    answer=SENT_AGAIN,
)
def redeliver(call: CurrentRequest, fonenumber: Number, delivery: DeliveryId) -> DeliveryAnswer:
    """Redeliver one delivery of a number."""
    return build_delivery_answer(build_redelivery(call).one(build_owner(call.account, fonenumber), delivery, call.at))


@routes.operation(
    "POST",
    NUMBER + "/redeliver",
    name="redeliver_many",
    summary="Redeliver all matching deliveries",
    description=(
        "In the background, oldest first, at 20 a second per account. Tests are skipped, and deliveries that no longer"
        " have a callback. One request takes up to 500 deliveries, and its cursor continues with the rest; a dry run"
        " counts all of them."
    ),
    problems=[HTTPStatus.CONFLICT],
    status=HTTPStatus.ACCEPTED,
)
def redeliver_many(
    call: CurrentRequest, fonenumber: Number, body: Annotated[RedeliveryInput, Body()]
) -> RedeliveryAnswer:
    """Redeliver the matching deliveries of a number."""
    if not body.dry_run:
        call.require_write_access()
    return redeliver_of_owner(call, build_owner(call.account, fonenumber), body, filter_in(body))


def parse_position(call: RequestContext, cursor: str, wanted: Filter, *of: str) -> str:
    """Return the position in a list of *wanted* deliveries that *cursor* stands for; empty for the beginning.

    Raises:
        InvalidSetting: it is not a cursor of this list.
    """
    after = call.cursors.position_in(cursor, *of, *wanted.words)
    if after and not wanted.spans(after):
        raise invalid_cursor()
    return after


def list_of_owner(call: RequestContext, owner: str, wanted: Filter, limit: int, cursor: str) -> DeliveriesAnswer:
    """Return a page of one owner's deliveries."""
    after = parse_position(call, cursor, wanted, owner)
    found, last = call.environment.log.page(owner, wanted, after=after, limit=limit)
    return build_page(found, call.cursors.cursor_for(last, owner, *wanted.words) if last else None)


def delivery_of_owner(call: RequestContext, owner: str, delivery: str) -> DeliveryAnswer:
    """Return one delivery of an owner.

    Raises:
        Problem: there is no such delivery (404).
    """
    item = call.environment.log.item(owner, delivery)
    if item is None:
        raise not_found(f"no such delivery: {delivery}; it may have expired")
    return build_delivery_answer(delivery_from_item(item))


def redeliver_of_owner(call: RequestContext, owner: str, body: RedeliveryInput, wanted: Filter) -> RedeliveryAnswer:
    """Redeliver the *wanted* deliveries of one owner."""
    after = parse_position(call, body.cursor or "", wanted, owner, AGAIN)
    count, last = build_redelivery(call).many(owner, wanted, after=after, now=call.at, dry_run=body.dry_run)
    return redelivery_answer(
        count, call.cursors.cursor_for(last, owner, AGAIN, *wanted.words) if last else None, dry_run=body.dry_run
    )


def build_redelivery(call: RequestContext) -> Redelivery:
    """Return the redelivery with everything it needs from the environment."""
    env = call.environment
    return Redelivery(log=env.log, numbers=env.numbers, recorder=env.recorder, index=env.due_index, turns=env.turns)


def filter_in(body: RedeliveryInput) -> Filter:
    """Return the filter that the fields of *body* describe."""
    fields = body.model_dump(include=set(FILTERS))
    return parse_filter(**fields)
