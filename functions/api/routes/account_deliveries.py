"""The routes of a whole account's deliveries: list, read and redeliver across all its numbers."""

from collections.abc import Sequence
from http import HTTPStatus
from itertools import islice
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from api.account_redelivery import AccountRedelivery
from api.context import CurrentRequest, RequestContext
from api.delivery_queries import Filter
from api.gateway.routing import Routes
from api.merged_log import merged_page
from api.routes.deliveries import (
    AGAIN,
    build_redelivery,
    delivery_of_owner,
    filter_in,
    list_of_owner,
    parse_position,
    redeliver_of_owner,
)
from api.routes.parameters import (
    PAGE,
    Cursor,
    DeliveryId,
    Event,
    EventId,
    Fonenumbers,
    HttpStatus,
    LastOutcome,
    Limit,
    OtherParty,
    Since,
    Status,
    Until,
    parse_filter,
)
from api.schemas.deliveries import (
    LISTED_OF_ACCOUNT,
    MANY_OF_ACCOUNT,
    SENT_AGAIN_OF_ACCOUNT,
    SHOWN_OF_ACCOUNT,
    AccountRedeliveryInput,
    DeliveriesAnswer,
    DeliveryAnswer,
    RedeliveryAnswer,
    build_delivery_answer,
    build_page,
    redelivery_answer,
)
from ringback.callbacks.identifiers import parse_fonenumber
from ringback.errors import InvalidSetting
from ringback.models import ACCOUNT_WIDE, Delivery, build_owner

routes = Routes("Deliveries")

ACCOUNT = "/v2/accounts"

EVERY = "every"
"""Binds the cursors of lists of all numbers."""

MAX_NUMBERS = 1_000
"""Numbers that one request may read."""


@routes.operation(
    "GET",
    ACCOUNT + "/deliveries",
    name="list_account_deliveries",
    summary="List deliveries of all numbers",
    description=(
        "Newest event first, including events without a number. `status=attention` (or `failed`, or `pending`) lists"
        " what has not been delivered, for any number of numbers; other lists cover the numbers that have a callback,"
        f" at most {MAX_NUMBERS:,} of them. A page may be short or empty; the list ends only where the cursor is null."
    ),
    query="status=attention&limit=10",
    answer=LISTED_OF_ACCOUNT,
)
def list_account_deliveries(  # noqa: PLR0913, PLR0917 - the filters of a list
    call: CurrentRequest,
    status: Status = None,
    fonenumber: Fonenumbers = None,
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
    """Return a page of the deliveries of all numbers, or of one."""
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
    if fonenumber:
        return list_of_owner(call, _owner(call, fonenumber), wanted, limit, cursor)
    after = parse_position(call, cursor, wanted, call.account, EVERY)
    found, last = _page(call, wanted, after, limit)
    return build_page(found, call.cursors.cursor_for(last, call.account, EVERY, *wanted.words) if last else None)


@routes.operation(
    "GET",
    ACCOUNT + "/deliveries/{delivery}",
    name="get_account_delivery",
    summary="Read a delivery of an event without a number",
    description="Works as it does for a number.",
    problems=[HTTPStatus.NOT_FOUND],
    answer=SHOWN_OF_ACCOUNT,
)
def get_account_delivery(call: CurrentRequest, delivery: DeliveryId) -> DeliveryAnswer:
    """Return one delivery of an event without a number."""
    return delivery_of_owner(call, build_owner(call.account, ""), delivery)


@routes.operation(
    "POST",
    ACCOUNT + "/deliveries/{delivery}/redeliver",
    name="redeliver_account_delivery",
    summary="Redeliver an event without a number",
    description="Works as it does for a number.",
    problems=[HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT],
    status=HTTPStatus.ACCEPTED,
    answer=SENT_AGAIN_OF_ACCOUNT,
)
def redeliver_account_delivery(call: CurrentRequest, delivery: DeliveryId) -> DeliveryAnswer:
    """Redeliver one event without a number."""
    return build_delivery_answer(build_redelivery(call).one(build_owner(call.account, ""), delivery, call.at))


@routes.operation(
    "POST",
    ACCOUNT + "/redeliver",
    name="redeliver_many_of_account",
    summary="Redeliver all matching deliveries of all numbers",
    description=(
        "Works as it does for a number. What has not been delivered goes oldest first, everything else number by"
        " number. One request takes up to 500 deliveries and a dry run counts up to 10,000; the cursor continues with"
        " the rest."
    ),
    problems=[HTTPStatus.CONFLICT],
    status=HTTPStatus.ACCEPTED,
    answer=MANY_OF_ACCOUNT,
)
def redeliver_many_of_account(
    call: CurrentRequest, body: Annotated[AccountRedeliveryInput, Body()]
) -> RedeliveryAnswer:
    """Redeliver the matching deliveries of all numbers, or of one."""
    if not body.dry_run:
        call.require_write_access()
    wanted = filter_in(body)
    if body.fonenumber:
        return redeliver_of_owner(call, _owner(call, body.fonenumber), body, wanted)
    if call.fonenumbers is not None:
        raise InvalidSetting("fonenumber", "missing; this console session is limited to certain numbers: name one")
    bound = call.account, EVERY, AGAIN, *wanted.words
    redelivery = AccountRedelivery(
        log=call.environment.log, numbers=call.environment.numbers, redelivery=build_redelivery(call)
    )
    after = call.cursors.position_in(body.cursor or "", *bound)
    count, last = redelivery.many(call.account, wanted, after=after, now=call.at, dry_run=body.dry_run)
    return redelivery_answer(count, call.cursors.cursor_for(last, *bound) if last else None, dry_run=body.dry_run)


def _owner(call: RequestContext, fonenumber: str) -> str:
    if fonenumber == ACCOUNT_WIDE:
        call.require_whole_account()
        return build_owner(call.account, "")
    return build_owner(call.account, call.within(parse_fonenumber(fonenumber)))


def _page(call: RequestContext, wanted: Filter, after: str, limit: int) -> tuple[Sequence[Delivery], str]:
    log, numbers, account = call.environment.log, call.environment.numbers, call.account
    if call.fonenumbers is not None:
        owners = [build_owner(account, fonenumber) for fonenumber in call.fonenumbers]
        return merged_page(log, owners, wanted, after=after, limit=limit, mapper=call.environment.mapper)
    if wanted.only_attention:
        return log.attention_page(account, wanted, after=after, limit=limit)
    owners = [build_owner(account, number) for number in ("", *islice(numbers.fonenumbers(account), MAX_NUMBERS + 1))]
    if len(owners) > MAX_NUMBERS + 1:
        what = f"missing; the account has more than {MAX_NUMBERS:,} numbers; name one, or list status=attention"
        raise InvalidSetting("fonenumber", what)
    return merged_page(log, owners, wanted, after=after, limit=limit, mapper=call.environment.mapper)
