"""Signing secrets and contacts in requests and answers."""

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
"""The example of a rotation: the secret before the new one signs for a day."""


class SigningSecret(Output):
    """Whether requests are signed."""

    exists: bool
    created: str | None = Field(description="When the current secret was made.", json_schema_extra=TIME)
    previous_signs_until: str | None = Field(
        description="After a rotation: until when the last secret before it signs too.", json_schema_extra=TIME
    )


class SigningSecretAnswer(Output):
    """The secret itself is never shown again."""

    model_config = shown_as({"signing_secret": {"exists": True, "created": _CREATED, "previous_signs_until": None}})

    signing_secret: SigningSecret


class SigningSecretInput(Input):
    """What to sign with; nothing has a secret made."""

    secret: str | None = Field(
        default=None,
        description="One of your own, `whsec_` and 24 to 64 random bytes in base64; made by us, if left out.",
        json_schema_extra={"format": "password"},
    )


class NewSigningSecret(SigningSecret):
    """A new secret, shown this once."""

    secret: str = Field(
        description="`whsec_` and the key in base64 (Standard Webhooks); 32 random bytes, if we made it."
    )


class NewSigningSecretAnswer(Output):
    """Keep it: it cannot be read again."""

    model_config = shown_as({"signing_secret": _NEW})

    signing_secret: NewSigningSecret


class ContactInput(Input):
    """Whom to tell."""

    model_config = shown_as({"email": "name@example.com"})

    email: str | None = Field(description="One address; empty or null for nobody.")


class Contact(Output):
    """Whom we tell when a callback is turned off."""

    email: str = Field(description="Empty for nobody.")


class ContactAnswer(Output):
    """The account's contact."""

    model_config = shown_as({"contact": {"email": "name@example.com"}})

    contact: Contact
