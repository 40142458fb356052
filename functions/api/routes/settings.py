"""FoneStorm's routes: a POST for each kind of event, and what is set for a number as one object."""

from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Body

from api.calls import Call, Calling
from api.cursors import cursor_for, position_in
from api.models.callbacks import (
    AccountAnswer,
    AccountCallback,
    FonenumberAnswer,
    FonenumberInput,
    FonenumbersAnswer,
    HealthAnswer,
    NumberCallback,
)
from api.numbers import Callbacks
from api.parameters import PAGE, Cursor, Limit, Number
from api.problems import not_found
from api.routing import Routes
from api.setting import KINDS, merged, replaced, whole
from ringback.callbacks import as_block, health_of
from ringback.catalogue import EventKind, lookup
from ringback.errors import InvalidSetting
from ringback.fonenumbers import normalize
from ringback.models import owner_of
from ringback.texts import shown

routes = Routes("Callbacks")

CDR = lookup("accounts/cdr_notify")


def _answer(fonenumber: str, callbacks: Callbacks) -> FonenumberAnswer:
    return FonenumberAnswer.model_validate({"fonenumber": whole(fonenumber, callbacks)})


def _callbacks(call: Call, fonenumber: str) -> Callbacks:
    callbacks = call.parts.numbers.shown(owner_of(call.account, fonenumber))
    if not callbacks:
        raise not_found(f"{fonenumber} has no callbacks; POST or PUT sets one")
    return callbacks


def _set(call: Call, kind: EventKind, fields: dict[str, Any]) -> FonenumberAnswer:
    fonenumber = normalize(fields.pop("fonenumber", None))
    owner = owner_of(call.account, fonenumber)
    callback = replaced(kind, fields, owner=owner, allowed=call.parts.allowed_networks)
    call.parts.numbers.change({(owner, kind.name): callback})
    return _answer(fonenumber, call.parts.numbers.shown(owner))


def _example_of(kind: EventKind) -> dict[str, str]:
    """A setting that is good for *kind*; the first of its tokens that is no number of a phone."""
    token = next(token for token in kind.tokens if token not in {"to", "from"})
    url = f"https://my.example.com/{kind.name}?{token}=(({token}))"
    return {"fonenumber": "3215551212", "type": "Callback", "method": kind.methods[-1], "url": url}


def _register(kind: EventKind) -> None:
    group, name = kind.name.split("/")
    fields = _example_of(kind)
    callback = replaced(kind, fields, owner="", allowed=())
    shown = {"fonenumber": whole(fields["fonenumber"], {kind.name: callback} if callback else {})}

    @routes.operation(
        "POST",
        f"/v2/{kind.name}",
        name=f"set_{group}_{name}",
        summary=f"Set the callback for {kind.name}",
        description=(
            f"{kind.title}. Replaces the whole callback; `None` leaves nothing behind. Types: {', '.join(kind.types)}."
            f" Methods: {', '.join(kind.methods)}. Tokens: {', '.join(f'`(({token}))`' for token in kind.tokens)}."
        ),
        body=fields,
        answer=shown,
    )
    def set_callback(call: Calling, body: Annotated[NumberCallback, Body()]) -> FonenumberAnswer:
        return _set(call, kind, body.given())


for _kind in KINDS.values():
    _register(_kind)


@routes.operation(
    "POST",
    "/v2/accounts/cdr_notify",
    name="set_accounts_cdr_notify",
    summary="Set the callback for accounts/cdr_notify",
    description="Call records of all the account's numbers, `https://` only, by `POST` or `JSON`.",
)
def set_cdr_notify(call: Calling, body: Annotated[AccountCallback, Body()]) -> AccountAnswer:
    """The callback of the whole account."""
    fields = body.given()
    if fields.pop("account_id", None) not in (None, "", call.account):
        raise InvalidSetting("account_id", f"given {shown(body.account_id)}; it is {call.account}, or left out")
    owner = owner_of(call.account, "")
    callback = replaced(CDR, fields, owner=owner, allowed=call.parts.allowed_networks)
    call.parts.numbers.change({(owner, CDR.name): callback})
    return get_cdr_notify(call)


@routes.operation(
    "GET",
    "/v2/accounts/cdr_notify",
    name="get_accounts_cdr_notify",
    summary="Read the callback for accounts/cdr_notify",
)
def get_cdr_notify(call: Calling) -> AccountAnswer:
    """The callback of the whole account."""
    block = as_block(call.parts.numbers.shown(owner_of(call.account, "")).get(CDR.name))
    return AccountAnswer.model_validate({"account": {"account_id": call.account, "cdr_notify": block}})


@routes.operation(
    "GET",
    "/v2/fonenumbers",
    name="list_fonenumbers",
    summary="List the numbers that have a callback",
    description="A number that was set within the last second may be missing.",
)
def list_fonenumbers(call: Calling, limit: Limit = PAGE, cursor: Cursor = "") -> FonenumbersAnswer:
    """A page of the account's numbers."""
    after = position_in(cursor, call.account)
    page, more = call.parts.numbers.page(call.account, after=after, limit=limit)
    following = cursor_for(page[-1][0], call.account) if more else None
    numbers = [whole(fonenumber, callbacks) for fonenumber, callbacks in page]
    return FonenumbersAnswer.model_validate({"fonenumbers": numbers, "cursor": following})


@routes.operation(
    "GET",
    "/v2/fonenumbers/{fonenumber}",
    name="get_fonenumber",
    summary="Read all callbacks of a number",
    description="What it answers can be PUT back, and changes nothing.",
    problems=[HTTPStatus.NOT_FOUND],
)
def get_fonenumber(call: Calling, fonenumber: Number) -> FonenumberAnswer:
    """What is set for a number of the account."""
    return _answer(fonenumber, _callbacks(call, fonenumber))


@routes.operation(
    "GET",
    "/v2/fonenumbers/{fonenumber}/health",
    name="get_health",
    summary="How the endpoints of a number's callbacks are",
    problems=[HTTPStatus.NOT_FOUND],
)
def get_health(call: Calling, fonenumber: Number) -> HealthAnswer:
    """Of each callback that is set."""
    callbacks = _callbacks(call, fonenumber)
    known = {"failures": 0, "since": None, "until": None, "because": ""}
    shown = [{"event": event, **known, **health_of(callback)} for event, callback in callbacks.items()]
    return HealthAnswer.model_validate({"health": {"fonenumber": fonenumber, "callbacks": shown}})


@routes.operation(
    "PUT",
    "/v2/fonenumbers/{fonenumber}",
    name="put_fonenumber",
    summary="Set several callbacks of a number at once",
    description=(
        "Block by block: each one given replaces that event's callback, the others stay. Credentials stay as they are"
        " where a block names none and goes to the same server. A form writes"
        " `fonenumber[message_options][receive_notify][type]`."
    ),
)
def put_fonenumber(call: Calling, fonenumber: Number, body: Annotated[FonenumberInput, Body()]) -> FonenumberAnswer:
    """All or nothing."""
    options = body.fonenumber.given()
    if (given := options.pop("fonenumber", None)) and normalize(given) != fonenumber:
        raise InvalidSetting("fonenumber", f"given {shown(given)}; the path says {fonenumber}")
    numbers, owner = call.parts.numbers, owner_of(call.account, fonenumber)
    current = numbers.callbacks(owner)
    changes = merged(options, current, account=call.account, fonenumber=fonenumber, allowed=call.parts.allowed_networks)
    numbers.change(changes)
    return _answer(fonenumber, numbers.shown(owner))
