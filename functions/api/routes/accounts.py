"""What belongs to the account as a whole: its signing secret and its contact."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from api.calls import Calling
from api.models.accounts import (
    Contact,
    ContactAnswer,
    ContactInput,
    NewSigningSecret,
    NewSigningSecretAnswer,
    SigningSecret,
    SigningSecretAnswer,
)
from api.problems import conflict, not_found
from api.routing import Routes
from ringback.mailboxes import parse_mailbox
from ringback.models import SigningSecrets
from ringback.times import iso

routes = Routes("Account")

SIGNING = "/v2/accounts/signing_secret"
CONTACT = "/v2/accounts/contact"


@routes.operation(
    "GET",
    SIGNING,
    name="get_signing_secret",
    summary="Whether requests are signed",
    description="The secret is not in the answer; it is shown once, when it is made.",
)
def get_signing_secret(call: Calling) -> SigningSecretAnswer:
    """Whether there is a secret, and since when."""
    times = call.parts.accounts.signing_times(call.account)
    created, until = times or (None, None)
    return SigningSecretAnswer(
        signing_secret=SigningSecret(
            exists=times is not None,
            created=_shown(created),
            previous_signs_until=_shown(until if until and until > call.at else None),
        )
    )


@routes.operation(
    "POST",
    SIGNING,
    name="create_signing_secret",
    summary="Have requests signed",
    description="By the Standard Webhooks rule, from the next attempt on. The secret is shown this once.",
    problems=[HTTPStatus.CONFLICT],
    status=HTTPStatus.CREATED,
)
def create_signing_secret(call: Calling) -> NewSigningSecretAnswer:
    """The account's first secret."""
    secrets = call.parts.accounts.create_secret(call.account, call.at, call.parts.random_bytes)
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
        " Two sign at most, so a second rotation within that time ends the oldest at once."
    ),
    problems=[HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT],
)
def rotate_signing_secret(call: Calling) -> NewSigningSecretAnswer:
    """A new secret beside the old one."""
    secrets = call.parts.accounts.rotate_secret(call.account, call.at, call.parts.random_bytes)
    if secrets is None:
        raise not_found(f"there is no signing secret to rotate; POST {SIGNING} makes one")
    return _new(secrets)


@routes.operation("GET", CONTACT, name="get_contact", summary="Who is told when a callback is turned off")
def get_contact(call: Calling) -> ContactAnswer:
    """The account's mail address."""
    return ContactAnswer(contact=Contact(email=call.parts.accounts.contact(call.account)))


@routes.operation("PUT", CONTACT, name="put_contact", summary="Set who is told when a callback is turned off")
def put_contact(call: Calling, body: Annotated[ContactInput, Body()]) -> ContactAnswer:
    """One address, or nobody."""
    email = parse_mailbox(body.email) if body.email else ""
    call.parts.accounts.set_contact(call.account, email)
    return ContactAnswer(contact=Contact(email=email))


def _new(secrets: SigningSecrets) -> NewSigningSecretAnswer:
    return NewSigningSecretAnswer(
        signing_secret=NewSigningSecret(
            exists=True,
            created=_shown(secrets.created),
            previous_signs_until=_shown(secrets.previous_until),
            secret=secrets.current,
        )
    )


def _shown(time: datetime | None) -> str | None:
    return iso(time) if time else None
