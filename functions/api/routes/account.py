"""What belongs to the account as a whole: its signing secret and its contact."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from api.account import MAX_PREVIOUS
from api.context import CurrentRequest, RequestContext
from api.gateway.errors import conflict, not_found
from api.gateway.routing import Routes
from api.schemas.account import (
    ROTATED,
    Contact,
    ContactAnswer,
    ContactInput,
    NewSigningSecret,
    NewSigningSecretAnswer,
    SigningSecret,
    SigningSecretAnswer,
    SigningSecretInput,
)
from ringback.callbacks.identifiers import parse_mailbox
from ringback.http.signature import encode_secret, parse_secret
from ringback.models import SigningSecrets
from ringback.timestamps import to_iso

routes = Routes("Account")

SIGNING = "/v2/accounts/signing_secret"
CONTACT = "/v2/accounts/contact"

SECRET_BYTES = 32
"""Of a signing secret that we make."""

NOT_SIGNED = SigningSecretAnswer(signing_secret=SigningSecret(exists=False, created=None, previous_signs_until=None))
"""Of an account that has no secret."""


@routes.operation(
    "GET",
    SIGNING,
    name="get_signing_secret",
    summary="Whether requests are signed",
    description="The secret is not in the answer; it is shown once, when it is made.",
)
def get_signing_secret(call: CurrentRequest) -> SigningSecretAnswer:
    """Whether there is a secret, and since when."""
    times = call.parts.accounts.signing_times(call.account)
    if times is None:
        return NOT_SIGNED
    created, until = times
    return SigningSecretAnswer(
        signing_secret=SigningSecret(
            exists=True,
            created=_shown(created),
            previous_signs_until=_shown(until if until and until > call.at else None),
        )
    )


@routes.operation(
    "POST",
    SIGNING,
    name="create_signing_secret",
    summary="Have requests signed",
    description=(
        "By the Standard Webhooks rule, from the next attempt on. The secret is shown this once, and may be one of"
        " your own."
    ),
    problems=[HTTPStatus.CONFLICT],
    status=HTTPStatus.CREATED,
    body={},
)
def create_signing_secret(
    call: CurrentRequest, body: Annotated[SigningSecretInput | None, Body()] = None
) -> NewSigningSecretAnswer:
    """The account's first secret."""
    secrets = call.parts.accounts.create_secret(call.account, call.at, _secret(call, body))
    if secrets is None:
        raise conflict("there is a signing secret, and it is shown once only; POST …/rotate makes a new one")
    return _new(secrets)


@routes.operation(
    "POST",
    SIGNING + "/rotate",
    name="rotate_signing_secret",
    summary="Change the signing secret",
    description=(
        "The new one is shown this once. The one before it signs too for 24 hours: every request has both signatures."
        f" So does each one that is rotated within that time, up to {MAX_PREVIOUS} of them beside the newest."
    ),
    problems=[HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT],
    body={},
    answer=ROTATED,
)
def rotate_signing_secret(
    call: CurrentRequest, body: Annotated[SigningSecretInput | None, Body()] = None
) -> NewSigningSecretAnswer:
    """A new secret beside the old one."""
    secrets = call.parts.accounts.rotate_secret(call.account, call.at, _secret(call, body))
    if secrets is None:
        raise not_found(f"there is no signing secret to rotate; POST {SIGNING} makes one")
    return _new(secrets)


@routes.operation(
    "DELETE",
    SIGNING,
    name="delete_signing_secret",
    summary="Have requests signed no more",
    description="The secret is gone, and with it the one before a rotation. Where there is none, nothing happens.",
    answer=NOT_SIGNED.model_dump(),
)
def delete_signing_secret(call: CurrentRequest) -> SigningSecretAnswer:
    """No secret any more."""
    call.parts.accounts.remove_secrets(call.account)
    return SigningSecretAnswer(signing_secret=SigningSecret(exists=False, created=None, previous_signs_until=None))


@routes.operation(
    "GET",
    CONTACT,
    name="get_contact",
    summary="Who is told when a callback is turned off",
    description="One mail address; empty where nobody is told.",
)
def get_contact(call: CurrentRequest) -> ContactAnswer:
    """The account's mail address."""
    return ContactAnswer(contact=Contact(email=call.parts.accounts.contact(call.account)))


@routes.operation(
    "PUT",
    CONTACT,
    name="put_contact",
    summary="Set who is told when a callback is turned off",
    description="One mail address; an empty one tells nobody.",
)
def put_contact(call: CurrentRequest, body: Annotated[ContactInput, Body()]) -> ContactAnswer:
    """One address, or nobody."""
    email = parse_mailbox(body.email) if body.email else ""
    call.parts.accounts.set_contact(call.account, email)
    return ContactAnswer(contact=Contact(email=email))


def _secret(call: RequestContext, body: SigningSecretInput | None) -> str:
    """The one that the caller brings, or a new one."""
    if body and body.secret is not None:
        return parse_secret(body.secret)
    return encode_secret(call.parts.random_bytes(SECRET_BYTES))


def _new(secrets: SigningSecrets) -> NewSigningSecretAnswer:
    return NewSigningSecretAnswer(
        signing_secret=NewSigningSecret(
            exists=True,
            created=_shown(secrets.created),
            previous_signs_until=_shown(secrets.previous[0].until if secrets.previous else None),
            secret=secrets.current,
        )
    )


def _shown(time: datetime | None) -> str | None:
    return to_iso(time) if time else None
