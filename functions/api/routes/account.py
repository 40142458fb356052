"""The routes of an account's signing secret and contact."""

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
"""Random bytes of a generated signing secret."""

NOT_SIGNED = SigningSecretAnswer(signing_secret=SigningSecret(exists=False, created=None, previous_signs_until=None))
"""The response for an account without a secret."""


@routes.operation(
    "GET",
    SIGNING,
    name="get_signing_secret",
    summary="Read whether requests are signed",
    description="The response does not contain the secret, which is shown only once, when it is created.",
)
def get_signing_secret(call: CurrentRequest) -> SigningSecretAnswer:
    """Return whether there is a secret, and since when."""
    times = call.environment.accounts.signing_times(call.account)
    if times is None:
        return NOT_SIGNED
    created, until = times
    return SigningSecretAnswer(
        signing_secret=SigningSecret(
            exists=True,
            created=_to_iso(created),
            previous_signs_until=_to_iso(until if until and until > call.at else None),
        )
    )


@routes.operation(
    "POST",
    SIGNING,
    name="create_signing_secret",
    summary="Create a signing secret",
    description=(
        "Requests are signed as Standard Webhooks specifies, from the next attempt on. You may provide your own secret;"
        " it is shown only this once."
    ),
    problems=[HTTPStatus.CONFLICT],
    status=HTTPStatus.CREATED,
    body={},
)
def create_signing_secret(
    call: CurrentRequest, body: Annotated[SigningSecretInput | None, Body()] = None
) -> NewSigningSecretAnswer:
    """Create the account's first secret."""
    secrets = call.environment.accounts.create_secret(call.account, call.at, _secret(call, body))
    if secrets is None:
        raise conflict("there already is a signing secret, which is shown only once; POST …/rotate replaces it")
    return _new(secrets)


@routes.operation(
    "POST",
    SIGNING + "/rotate",
    name="rotate_signing_secret",
    summary="Rotate the signing secret",
    description=(
        "The new secret is shown only this once. The previous one keeps signing for 24 hours: every request carries"
        f" both signatures. If you rotate again within that time, up to {MAX_PREVIOUS} previous secrets keep signing"
        " alongside the newest."
    ),
    problems=[HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT],
    body={},
    answer=ROTATED,
)
def rotate_signing_secret(
    call: CurrentRequest, body: Annotated[SigningSecretInput | None, Body()] = None
) -> NewSigningSecretAnswer:
    """Replace the secret, which keeps signing for a while."""
    secrets = call.environment.accounts.rotate_secret(call.account, call.at, _secret(call, body))
    if secrets is None:
        raise not_found(f"there is no signing secret to rotate; POST {SIGNING} creates one")
    return _new(secrets)


@routes.operation(
    "DELETE",
    SIGNING,
    name="delete_signing_secret",
    summary="Delete the signing secret",
    description="Stops signing at once, with previous secrets too. Does nothing if there is no secret.",
    answer=NOT_SIGNED.model_dump(),
)
def delete_signing_secret(call: CurrentRequest) -> SigningSecretAnswer:
    """Delete all secrets."""
    call.environment.accounts.remove_secrets(call.account)
    return NOT_SIGNED


@routes.operation(
    "GET",
    CONTACT,
    name="get_contact",
    summary="Read who is notified when a callback is turned off",
    description="One e-mail address; empty if nobody is notified.",
)
def get_contact(call: CurrentRequest) -> ContactAnswer:
    """Return the account's contact."""
    return ContactAnswer(contact=Contact(email=call.environment.accounts.contact(call.account)))


@routes.operation(
    "PUT",
    CONTACT,
    name="put_contact",
    summary="Set who is notified when a callback is turned off",
    description="One e-mail address, or an empty one to notify nobody.",
)
def put_contact(call: CurrentRequest, body: Annotated[ContactInput, Body()]) -> ContactAnswer:
    """Set or delete the account's contact."""
    email = parse_mailbox(body.email) if body.email else ""
    call.environment.accounts.set_contact(call.account, email)
    return ContactAnswer(contact=Contact(email=email))


def _secret(call: RequestContext, body: SigningSecretInput | None) -> str:
    """Return the secret that the caller has given, or generate one."""
    if body and body.secret is not None:
        return parse_secret(body.secret)
    return encode_secret(call.environment.random_bytes(SECRET_BYTES))


def _new(secrets: SigningSecrets) -> NewSigningSecretAnswer:
    return NewSigningSecretAnswer(
        signing_secret=NewSigningSecret(
            exists=True,
            created=_to_iso(secrets.created),
            previous_signs_until=_to_iso(secrets.previous[0].until if secrets.previous else None),
            secret=secrets.current,
        )
    )


def _to_iso(time: datetime | None) -> str | None:
    return to_iso(time) if time else None
