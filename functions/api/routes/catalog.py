"""The routes of the catalogue, previews and tests."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from api.context import CurrentRequest, RequestContext
from api.fonenumber_object import ACCOUNT_KINDS
from api.gateway.errors import Problem
from api.gateway.routing import Routes
from api.routes.parameters import Group, Name, Number, kind_of_path
from api.schemas.catalog import (
    PREVIEWED_FOR_ACCOUNT,
    AccountTrialInput,
    EventAnswer,
    EventsAnswer,
    PreviewAnswer,
    TrialInput,
    http_preview,
    mail_preview,
    shown,
)
from api.schemas.deliveries import TESTED, TESTED_FOR_ACCOUNT, DeliveryAnswer, build_delivery_answer
from api.trial import Trial, build_event, build_trial, masked_headers
from ringback.catalog.payload import CATALOGUE, EventKind, Scope
from ringback.delivery.render import render
from ringback.email.message import Mail
from ringback.errors import AttemptFailed, InfrastructureError
from ringback.storage.deliveries import Written

routes = Routes("Events")

TRIAL_ID_BYTES = 8
"""Random bytes in the id of a test's event."""


@routes.operation(
    "GET",
    "/v2/events",
    name="list_events",
    summary="List the kinds of event",
    description="The example shows only the first kind.",
)
def list_events(call: CurrentRequest) -> EventsAnswer:  # noqa: ARG001 - any account may read it
    """Return all kinds of event."""
    return EventsAnswer(events=[shown(kind) for kind in CATALOGUE.values()])


@routes.operation(
    "GET",
    "/v2/events/{group}/{name}",
    name="get_event",
    summary="Read a kind of event: tokens, body keys, methods, an example",
    description="One entry of the list of all kinds.",
    problems=[HTTPStatus.NOT_FOUND],
)
def get_event(call: CurrentRequest, group: Group, name: Name) -> EventAnswer:  # noqa: ARG001 - as above
    """Return one kind of event."""
    return EventAnswer(event=shown(kind_of_path(group, name)))


@routes.operation(
    "POST",
    "/v2/fonenumbers/{fonenumber}/{group}/{name}/preview",
    name="preview",
    summary="Preview what an event would send",
    description="Returns the request byte for byte, for the catalogue's example or the given data. Nothing is sent.",
    problems=[HTTPStatus.NOT_FOUND],
)
def preview(
    call: CurrentRequest,
    fonenumber: Number,
    group: Group,
    name: Name,
    body: Annotated[TrialInput | None, Body()] = None,
) -> PreviewAnswer:
    """Return the request or the mail that would be sent."""
    return _preview(call, _trial(call, fonenumber, kind_of_path(group, name), body))


def _preview(call: RequestContext, trial: Trial) -> PreviewAnswer:
    event = trial.delivery.event
    secrets = call.environment.accounts.secrets(call.account, call.at)
    try:
        rendered = render(trial.callback, delivery=trial.delivery.id, event=event, at=call.at, secrets=secrets)
    except AttemptFailed as failure:
        raise Problem(HTTPStatus.BAD_REQUEST, failure.detail) from None
    request = rendered.request
    if isinstance(request, Mail):
        return PreviewAnswer(preview=mail_preview(request, unknown=event.unknown))
    headers = masked_headers(request)
    return PreviewAnswer(
        preview=http_preview(request, headers=headers, empty_tokens=rendered.empty_tokens, unknown=event.unknown)
    )


@routes.operation(
    "POST",
    "/v2/fonenumbers/{fonenumber}/{group}/{name}/test",
    name="test",
    summary="Send a test now",
    description=(
        "Uses the same address checks and deadline as a delivery. The test appears in the log with the reason `test`"
        " and is never retried. The response contains the attempt, and its status is 200 even if the attempt failed. A"
        " successful test turns a disabled callback back on."
    ),
    problems=[HTTPStatus.NOT_FOUND],
    answer=TESTED,
)
def try_now(
    call: CurrentRequest,
    fonenumber: Number,
    group: Group,
    name: Name,
    body: Annotated[TrialInput | None, Body()] = None,
) -> DeliveryAnswer:
    """Make one attempt, and record it."""
    return _try_now(call, _trial(call, fonenumber, kind_of_path(group, name), body))


def _try_now(call: RequestContext, trial: Trial) -> DeliveryAnswer:
    secrets = call.environment.accounts.secrets(call.account, call.at)
    delivery = call.environment.run(call.environment.attempts.make(trial.delivery, trial.callback, secrets)).delivery
    written = call.environment.deliveries.record([delivery], parked=lambda _: False)
    if set(written.values()) != {Written.YES}:
        raise InfrastructureError("the attempt was made, but could not be recorded")
    if trial.proves_it_works(delivery):
        call.environment.health.enable(trial.callback)
    return build_delivery_answer(delivery)


def _register_for_the_account(kind: EventKind) -> None:
    @routes.operation(
        "POST",
        f"/v2/{kind.name}/preview",
        name=f"preview_{kind.short_name}",
        summary=f"Preview what {kind.name} would send",
        description="Works as it does for a number.",
        problems=[HTTPStatus.NOT_FOUND],
        answer=PREVIEWED_FOR_ACCOUNT,
    )
    def preview(call: CurrentRequest, body: Annotated[AccountTrialInput | None, Body()] = None) -> PreviewAnswer:
        return _preview(call, _trial(call, "", kind, body))

    @routes.operation(
        "POST",
        f"/v2/{kind.name}/test",
        name=f"test_{kind.short_name}",
        summary=f"Send a test of {kind.name} now",
        description="Works as it does for a number; the test appears in the log among events without a number.",
        problems=[HTTPStatus.NOT_FOUND],
        answer=TESTED_FOR_ACCOUNT,
    )
    def try_now(call: CurrentRequest, body: Annotated[AccountTrialInput | None, Body()] = None) -> DeliveryAnswer:
        return _try_now(call, _trial(call, "", kind, body))


for _kind in ACCOUNT_KINDS:
    _register_for_the_account(_kind)


def _trial(
    call: RequestContext, fonenumber: str, kind: EventKind, body: TrialInput | AccountTrialInput | None
) -> Trial:
    if kind.scope is Scope.ACCOUNT:  # its callback is not the number's
        call.require_whole_account()
    given = body.given() if body else {}
    event_id = f"test-{call.environment.random_bytes(TRIAL_ID_BYTES).hex()}"
    event = build_event(
        kind, given.get("data"), account=call.account, fonenumber=fonenumber, event_id=event_id, at=call.at
    )
    return build_trial(
        kind,
        event,
        given.get("callback"),
        stored=call.environment.numbers.callback,
        allowed=call.environment.allowed_networks,
    )
