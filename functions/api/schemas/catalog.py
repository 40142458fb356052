"""Models of the catalogue, previews and tests."""

from typing import Any, Literal

from pydantic import Field

from api.schemas.base import Input, Output, shown_as
from api.schemas.callbacks import URL, AccountCallback, DeliveryFields
from ringback.catalog.payload import CATALOGUE, EventKind, FieldType, Scope
from ringback.email.message import Mail
from ringback.http.request import HttpRequest
from ringback.models import CallbackType, Method


class FieldShown(Output):
    """One value of an event."""

    token: str = Field(description="Its token, written `((…))`.")
    body: str = Field(description="Its key in the JSON body, which also works as a token.")
    type: FieldType
    meaning: str
    values: dict[str, str] = Field(description="The documented values and their meanings.")
    aliases: list[str] = Field(description="Alternative tokens.")


class EventShown(Output):
    """A kind of event, and what its callbacks may be."""

    event: str
    title: str
    scope: Scope = Field(
        description="What its callback is set on; with `message`, the callback travels inside the event."
    )
    types: list[CallbackType]
    methods: list[Method]
    https_only: bool
    fields: list[FieldShown] = Field(description="In the order of the body's keys.")
    example: dict[str, str | int] = Field(description="An example of the body.")


def shown(kind: EventKind) -> EventShown:
    """Return *kind* as the API shows it."""
    return EventShown(
        event=kind.name,
        title=kind.title,
        scope=kind.scope,
        types=list(kind.types),
        methods=list(kind.methods),
        https_only=kind.https_only,
        fields=[
            FieldShown(
                token=field.token,
                body=field.body,
                type=field.type,
                meaning=field.meaning,
                values=dict(field.values),
                aliases=list(field.aliases),
            )
            for field in kind.fields
        ],
        example=dict(kind.example),
    )


_EXAMPLE = shown(CATALOGUE["messages/receive_notify"]).model_dump(mode="json")


class EventAnswer(Output):
    """One kind of event."""

    model_config = shown_as({"event": _EXAMPLE})

    event: EventShown


class EventsAnswer(Output):
    """All kinds of events."""

    model_config = shown_as({"events": [_EXAMPLE]})

    events: list[EventShown]


class TrialInput(Input):
    """What to try out; every field is optional."""

    model_config = shown_as({"callback": {"type": "Callback", "method": "GET", "url": URL}, "data": {"msg": "50% off"}})

    callback: DeliveryFields | None = Field(
        default=None, description="A callback that is not set yet; if left out, the one that is set."
    )
    data: dict[str, Any] | None = Field(
        default=None, description="Values by token or body key; if left out, the catalogue's example."
    )


class AccountTrialInput(Input):
    """What to try out for the whole account; every field is optional."""

    model_config = shown_as(
        {
            "callback": {"method": "JSON", "url": "https://my.example.com/cdr"},
            "data": {"uid": "1795455360.1187", "billable_seconds": 42},
        }
    )

    callback: AccountCallback | None = Field(
        default=None, description="A callback that is not set yet; if left out, the one that is set."
    )
    data: dict[str, Any] | None = Field(
        default=None, description="Values by token or body key; if left out, the catalogue's example."
    )


class Header(Output):
    """One header of a request."""

    name: str
    value: str


class HttpPreview(Output):
    """The request that an event would send."""

    type: Literal["Callback"] = "Callback"
    method: str = Field(description="The method as sent.")
    url: str = Field(description="The URL with the tokens replaced by their values.")
    headers: list[Header] = Field(
        description="In order, with passwords and signatures masked; the HTTP client adds its own."
    )
    body: str | None
    empty_tokens: int = Field(description="Number of tokens that the event has no value for.")
    unknown_fields: list[str] = Field(description="Names in `data` that the event does not have and that are not sent.")


class MailPreview(Output):
    """The e-mail that an event would send."""

    type: Literal["Email"] = "Email"
    to: str
    subject: str
    text: str
    html: str
    unknown_fields: list[str]


class PreviewAnswer(Output):
    """What would be sent; nothing has been sent."""

    model_config = shown_as(
        {
            "preview": {
                "type": "Callback",
                "method": "GET",
                "url": "https://my.example.com/notify.php?message=50%25%20off",
                "headers": [
                    {"name": "User-Agent", "value": "Ringback/1.0.0"},
                    {"name": "Accept", "value": "*/*"},
                    {"name": "webhook-id", "value": "01a2097a9c0085c1d2f3a4b5c6d7e8f9"},
                    {"name": "webhook-timestamp", "value": "1795455360"},
                    {"name": "webhook-event", "value": "messages/receive_notify"},
                    {"name": "webhook-event-time", "value": "2026-11-23T17:36:00.000Z"},
                    {"name": "webhook-attempt", "value": "1"},
                    {"name": "webhook-signature", "value": "v1,********"},
                ],
                "body": None,
                "empty_tokens": 0,
                "unknown_fields": [],
            }
        }
    )

    preview: HttpPreview | MailPreview


PREVIEWED_FOR_ACCOUNT = {
    "preview": {
        "type": "Callback",
        "method": "POST",
        "url": "https://my.example.com/cdr",
        "headers": [
            {"name": "User-Agent", "value": "Ringback/1.0.0"},
            {"name": "Accept", "value": "*/*"},
            {"name": "Content-Type", "value": "application/json"},
            {"name": "webhook-id", "value": "01a2097a9c0085c1d2f3a4b5c6d7e8f9"},
            {"name": "webhook-timestamp", "value": "1795455360"},
            {"name": "webhook-event", "value": "accounts/cdr_notify"},
            {"name": "webhook-event-time", "value": "2026-11-23T17:36:00.000Z"},
            {"name": "webhook-attempt", "value": "1"},
            {"name": "webhook-signature", "value": "v1,********"},
        ],
        "body": '{"status":"END","uid":"1795455360.1187","billable_seconds":42}',
        "empty_tokens": 0,
        "unknown_fields": [],
    }
}
"""An example for the account's own callback."""


def http_preview(
    request: HttpRequest, *, headers: list[tuple[str, str]], empty_tokens: int, unknown: tuple[str, ...]
) -> HttpPreview:
    """Return the preview of a request, with *headers* in place of its own."""
    url = request.url
    return HttpPreview(
        method=request.method,
        url=f"{url.scheme}://{url.authority}{url.target}",
        headers=[Header(name=name, value=value) for name, value in headers],
        body=None if request.body is None else request.body.decode(),
        empty_tokens=empty_tokens,
        unknown_fields=list(unknown),
    )


def mail_preview(mail: Mail, *, unknown: tuple[str, ...]) -> MailPreview:
    """Return the preview of a mail."""
    return MailPreview(to=mail.to, subject=mail.subject, text=mail.text, html=mail.html, unknown_fields=list(unknown))
