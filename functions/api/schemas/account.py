"""Models of signing secrets and contacts."""

from pydantic import Field

from api.schemas.base import TIME, Input, Output, shown_as

_CREATED = "2026-11-23T17:36:00.000Z"
_NEW = {
    "exists": True,
    "created": _CREATED,
    "previous_signs_until": None,
    "secret": "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
}

ROTATED = {"signing_secret": {**_NEW, "previous_signs_until": "2026-11-24T17:36:00.000Z"}}
"""An example of the response to a rotation: the previous secret keeps signing for a day."""


class SigningSecret(Output):
    """Whether requests are signed."""

    exists: bool
    created: str | None = Field(description="When the current secret was made.", json_schema_extra=TIME)
    previous_signs_until: str | None = Field(
        description="After a rotation: when the previous secret stops signing.", json_schema_extra=TIME
    )


class SigningSecretAnswer(Output):
    """Whether requests are signed; the secret itself is never shown again."""

    model_config = shown_as({"signing_secret": {"exists": True, "created": _CREATED, "previous_signs_until": None}})

    signing_secret: SigningSecret


class SigningSecretInput(Input):
    """The secret to sign with; leave it out to have one generated."""

    secret: str | None = Field(
        default=None,
        description="Your own secret: `whsec_` and 24 to 64 random bytes in base64. Generated if left out.",
        json_schema_extra={"format": "password"},
    )


class NewSigningSecret(SigningSecret):
    """A new secret, shown only this once."""

    secret: str = Field(
        description="`whsec_` and the key in base64 (Standard Webhooks); a generated key has 32 random bytes."
    )


class NewSigningSecretAnswer(Output):
    """The new secret; store it, because it cannot be read again."""

    model_config = shown_as({"signing_secret": _NEW})

    signing_secret: NewSigningSecret


class ContactInput(Input):
    """Who is notified."""

    model_config = shown_as({"email": "name@example.com"})

    email: str | None = Field(description="One e-mail address; empty or null for nobody.")


class Contact(Output):
    """Who is notified when a callback is turned off."""

    email: str = Field(description="One e-mail address; empty if nobody is notified.")


class ContactAnswer(Output):
    """The account's contact."""

    model_config = shown_as({"contact": {"email": "name@example.com"}})

    contact: Contact
