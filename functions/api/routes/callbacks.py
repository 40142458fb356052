"""FoneStorm's routes: a POST for each kind of event, and the callbacks of a number as one object."""

from collections.abc import Sequence
from http import HTTPStatus
from itertools import chain
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Body

from api.context import CurrentRequest, RequestContext
from api.fonenumber_object import ACCOUNT_KINDS, OPTIONS, account_object, merge, number_object, to_object
from api.gateway.errors import not_found
from api.gateway.routing import Routes
from api.routes.parameters import PAGE, AccountId, Cursor, Limit, More, Number, Shape, Shown, With
from api.schemas.callbacks import (
    AccountCallback,
    AccountHealth,
    AccountHealthAnswer,
    Health,
    HealthAnswer,
    NumberCallback,
    NumberDelivery,
    health_shown,
)
from api.schemas.objects import AccountAnswer, FonenumberAnswer, FonenumberInput, FonenumbersAnswer
from ringback.callbacks.identifiers import parse_fonenumber
from ringback.callbacks.parse import parse_public_setting
from ringback.callbacks.rules import type_name
from ringback.catalog.payload import EventKind
from ringback.errors import InvalidSetting
from ringback.models import CallbackType, build_owner
from ringback.storage.numbers import Callbacks
from ringback.text import quote_value

routes = Routes("Callbacks")


def _answer(fonenumber: str, callbacks: Callbacks) -> FonenumberAnswer:
    return FonenumberAnswer.model_validate({"fonenumber": number_object(fonenumber, callbacks)})


def _account_answer(account: str, callbacks: Callbacks) -> AccountAnswer:
    return AccountAnswer.model_validate({"account": account_object(account, callbacks)})


def _replace(call: RequestContext, kind: EventKind, fields: dict[str, Any], fonenumber: str) -> Callbacks:
    """Set one callback, and return all callbacks of its owner."""
    owner, numbers = build_owner(call.account, fonenumber), call.environment.numbers
    callback = parse_public_setting(kind, fields, owner=owner, allowed=call.environment.allowed_networks)
    numbers.change({(owner, kind.name): callback})
    return numbers.shown(owner)


def _set(call: RequestContext, kind: EventKind, fields: dict[str, Any]) -> FonenumberAnswer:
    fonenumber = call.within(parse_fonenumber(fields.pop("fonenumber", None)))
    return _answer(fonenumber, _replace(call, kind, fields, fonenumber))


def _example_of(kind: EventKind) -> dict[str, str]:
    """Return an example setting for *kind*, preferably with a token that is not a phone number."""
    if CallbackType.CALLBACK not in kind.types:
        return {"type": CallbackType.EMAIL, "email": "name@example.com"}
    others = [token for token in kind.tokens if token not in {"to", "from"}]
    query = "".join(f"?{token}=(({token}))" for token in (others or kind.tokens)[:1])
    url = f"https://my.example.com/{kind.name}{query}"
    if kind.is_delivery:
        return {"type": "URL", "value": url, "url_method": kind.methods[-1]}
    return {"type": CallbackType.CALLBACK, "method": kind.methods[-1], "url": url}


def _description_of(kind: EventKind, *, of_an_account: bool = False) -> str:
    """Describe the POST for *kind*."""
    title = f"{kind.title}, on any number of the account" if of_an_account else kind.title
    types = [type_name(one, kind) for one in kind.types]
    tokens = [f"`(({token}))`" for token in kind.tokens]
    return (
        f"{title}. Replaces the callback entirely; `None` removes it. Types: {', '.join(types)}."
        f" Methods: {', '.join(kind.methods)}{' (`https://` only)' if kind.https_only else ''}."
        f" Tokens: {', '.join(tokens)}."
    )


def _register(kind: EventKind) -> None:
    fields = _example_of(kind)
    callback = parse_public_setting(kind, fields, owner="", allowed=())

    def set_callback(call: CurrentRequest, body: Annotated[NumberCallback, Body()]) -> FonenumberAnswer:
        return _set(call, kind, body.given())

    def set_delivery(call: CurrentRequest, body: Annotated[NumberDelivery, Body()]) -> FonenumberAnswer:
        return _set(call, kind, body.given())

    routes.operation(
        "POST",
        f"/v2/{kind.name}",
        name=f"set_{kind.group}_{kind.short_name}",
        summary=f"Set the callback for {kind.name}",
        description=_description_of(kind),
        body={"fonenumber": "3215551212", **fields},
        answer={"fonenumber": number_object("3215551212", {kind.name: callback} if callback else {})},
    )(set_delivery if kind.is_delivery else set_callback)


def _register_for_the_account(kind: EventKind) -> None:
    fields = _example_of(kind)
    callback = parse_public_setting(kind, fields, owner="", allowed=())

    @routes.operation(
        "POST",
        f"/v2/{kind.name}",
        name=f"set_{kind.group}_{kind.short_name}",
        summary=f"Set the callback for {kind.name}",
        description=_description_of(kind, of_an_account=True),
        body=fields,
        answer={"account": account_object("1000001", {kind.name: callback} if callback else {})},
    )
    def set_callback(call: CurrentRequest, body: Annotated[AccountCallback, Body()]) -> AccountAnswer:
        fields = body.given()
        if fields.pop("account_id", None) not in (None, "", call.account):
            raise InvalidSetting(
                "account_id", f"given {quote_value(body.account_id)}; expected {call.account}, or leave it out"
            )
        return _account_answer(call.account, _replace(call, kind, fields, ""))

    @routes.operation(
        "GET",
        f"/v2/{kind.name}",
        name=f"get_{kind.group}_{kind.short_name}",
        summary=f"Read the callback for {kind.name}",
        description="Along with everything else that is set for the account.",
    )
    def get_callback(call: CurrentRequest) -> AccountAnswer:
        return _of_the_account(call)


def _health_of_numbers(call: RequestContext, page: Sequence[tuple[str, Callbacks]]) -> list[Health]:
    """Return the health of a page's callbacks, which the index that lists numbers does not have."""
    keys = [[(build_owner(call.account, number), event) for event in callbacks] for number, callbacks in page]
    current = call.environment.numbers.current(chain(*keys))
    return [
        Health(fonenumber=number, callbacks=health_shown({key[1]: current[key] for key in own if key in current}))
        for (number, _), own in zip(page, keys, strict=True)
    ]


def _page(call: RequestContext, after: str, limit: int) -> tuple[Sequence[tuple[str, Callbacks]], bool]:
    """Return the next numbers that have a callback, and whether there are more."""
    numbers = call.environment.numbers
    if call.fonenumbers is None:
        return numbers.page(call.account, after=after, limit=limit)
    wanted = sorted(fonenumber for fonenumber in call.fonenumbers if fonenumber > after)
    shown = call.environment.mapper(numbers.shown, [build_owner(call.account, fonenumber) for fonenumber in wanted])
    found = [(fonenumber, callbacks) for fonenumber, callbacks in zip(wanted, shown, strict=True) if callbacks]
    return found[:limit], len(found) > limit


def _of_the_account(call: RequestContext) -> AccountAnswer:
    return _account_answer(call.account, call.environment.numbers.shown(build_owner(call.account, "")))


for _kinds in OPTIONS.values():
    for _kind in _kinds.values():
        _register(_kind)
for _kind in ACCOUNT_KINDS:
    _register_for_the_account(_kind)


@routes.operation(
    "GET",
    "/v2/accounts/{account_id}",
    name="get_account",
    summary="Read the account's own callbacks",
    description="A block for every kind of event that is set for a whole account, whether it is set or not.",
    problems=[HTTPStatus.NOT_FOUND],
)
def get_account(call: CurrentRequest, account_id: AccountId) -> AccountAnswer:
    """Return the callbacks of the token's own account."""
    if account_id != call.account:
        raise not_found(f"no such account: {quote_value(account_id)}; yours is {call.account}")
    return _of_the_account(call)


@routes.operation(
    "GET",
    "/v2/fonenumbers",
    name="list_fonenumbers",
    summary="List the numbers that have a callback",
    query="with=health",
    description="A number whose callback was set within the last second may be missing.",
)
def list_fonenumbers(
    call: CurrentRequest,
    limit: Limit = PAGE,
    cursor: Cursor = "",
    filter: Shown = Shape.ALL,  # noqa: A002 - FoneStorm's word
    more: With = None,
) -> FonenumbersAnswer:
    """Return a page of the account's numbers."""
    after = call.cursors.position_in(cursor, call.account)
    page, is_more = _page(call, after, limit)
    following = call.cursors.cursor_for(page[-1][0], call.account) if is_more else None
    digits = [fonenumber for fonenumber, _ in page]
    objects = [number_object(fonenumber, callbacks) for fonenumber, callbacks in page]
    numbers = digits if filter is Shape.FONENUMBERS else objects
    health = _health_of_numbers(call, page) if more is More.HEALTH else None
    return FonenumbersAnswer.model_validate({"fonenumbers": numbers, "health": health, "cursor": following})


@routes.operation(
    "GET",
    "/v2/fonenumbers/{fonenumber}",
    name="get_fonenumber",
    summary="Read all callbacks of a number",
    description=(
        "The response can be PUT back and then changes nothing. If nothing is set, each type is `None`: Ringback does"
        " not know who owns a number, and an account sees only its own settings."
    ),
)
def get_fonenumber(call: CurrentRequest, fonenumber: Number) -> FonenumberAnswer:
    """Return the callbacks that the account has set for a number."""
    return _answer(fonenumber, call.environment.numbers.shown(build_owner(call.account, fonenumber)))


@routes.operation(
    "GET",
    "/v2/fonenumbers/{fonenumber}/health",
    name="get_health",
    summary="Read the health of a number's callbacks",
    description=(
        "For each callback that is set: whether its endpoint answers, since when it has been failing, or why it was"
        " turned off."
    ),
)
def get_health(call: CurrentRequest, fonenumber: Number) -> HealthAnswer:
    """Return the health of each callback of a number."""
    callbacks = call.environment.numbers.shown(build_owner(call.account, fonenumber))
    return HealthAnswer(health=Health(fonenumber=fonenumber, callbacks=health_shown(callbacks)))


@routes.operation(
    "GET",
    "/v2/accounts/health",
    name="get_account_health",
    summary="Read the health of the account's own callbacks",
    description="For the callbacks of its numbers, use `GET /v2/fonenumbers?with=health`.",
)
def get_account_health(call: CurrentRequest) -> AccountHealthAnswer:
    """Return the health of each callback of the whole account."""
    callbacks = call.environment.numbers.shown(build_owner(call.account, ""))
    return AccountHealthAnswer(health=AccountHealth(account_id=call.account, callbacks=health_shown(callbacks)))


@routes.operation(
    "PUT",
    "/v2/fonenumbers/{fonenumber}",
    name="put_fonenumber",
    summary="Set several callbacks of a number at once",
    description=(
        "Each block replaces the callback of its event; the other callbacks stay. Credentials stay as they are if a"
        " block has none and its URL goes to the same server. The envelope `fonenumber` is optional. A form uses names"
        " like `fonenumber[message_options][receive_notify][type]`, or those of API 2.4: `type`, `value` and"
        " `url_method` set `messages/receive`."
    ),
)
def put_fonenumber(
    call: CurrentRequest, fonenumber: Number, body: Annotated[FonenumberInput, Body()]
) -> FonenumberAnswer:
    """Set several callbacks in one transaction."""
    options = to_object(body.given())
    if (given := options.pop("fonenumber", None)) and parse_fonenumber(given) != fonenumber:
        raise InvalidSetting("fonenumber", f"given {quote_value(given)}; the path has {fonenumber}")
    numbers, owner = call.environment.numbers, build_owner(call.account, fonenumber)
    current = numbers.callbacks(owner)
    changes = merge(
        options, current, account=call.account, fonenumber=fonenumber, allowed=call.environment.allowed_networks
    )
    numbers.change(changes)
    return _answer(fonenumber, numbers.shown(owner))
