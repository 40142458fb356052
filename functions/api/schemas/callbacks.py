"""Models of callbacks and of their health (facts: Setting a callback)."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from api.schemas.base import TIME, Input, Output, shown_as
from ringback.breaker import DISABLED_AFTER
from ringback.callbacks.identifiers import FONENUMBER_PATTERN
from ringback.callbacks.rules import URL_TYPE
from ringback.models import Callback, CallbackType, Method
from ringback.timestamps import to_iso

URL = "https://my.example.com/notify.php?message=((msg))"

URL_TYPES = ("None", URL_TYPE, "Email")
"""The types in the block of a delivery service."""

_HEALTHY = {"state": "healthy", "failures": 0, "since": None, "until": None, "gives_up": None, "because": ""}

HEALTH: dict[str, Any] = {
    "fonenumber": "3215551212",
    "callbacks": [{"event": "messages/receive_notify", **_HEALTHY}],
}
"""An example of a number's health."""


def _text(description: str, **schema: Any) -> Any:  # noqa: ANN401 - a pydantic field is anything
    return Field(default=None, description=description, json_schema_extra=schema or None)


_FONENUMBER: Any = _text(
    "10 digits, with the usual separators and with or without +1 or 1 in front; a number of any other country as + and"
    " its country code, 7 to 15 digits in all; or a short code of 5 or 6 digits.",
    examples=["3215551212", "+1 (321) 555-1212", "+4930123456", "72345"],
    pattern=FONENUMBER_PATTERN,
)


class CallbackFields(Input):
    """A callback: where an event is delivered."""

    type: str | None = _text(
        "`None` cancels the callback. Not case-sensitive; `null` means `None`. If left out, it is `Callback` when there"
        " is a `url` or a `method`.",
        enum=[*CallbackType, None],
    )
    email: str | None = _text("One e-mail address; required with `Email`.", examples=["name@example.com"])
    url: str | None = _text(
        "`https://` or `http://`, with tokens in the path and query; required with `Callback`.", examples=[URL]
    )
    method: str | None = _text(
        "Required with `Callback`; not every event allows every method.", enum=[*Method, "", None]
    )
    url_method: str | None = _text("An alias of `method`.", deprecated=True)
    url_username: str | None = _text(
        "The user name for HTTP Basic authentication; give both or neither. Never shown again.", examples=["ringback"]
    )
    url_password: str | None = _text(
        "The password for HTTP Basic authentication. Never shown again.", format="password"
    )


class DeliveryFields(CallbackFields):
    """A callback under the field names of FoneStorm's delivery services, such as `messages/receive`."""

    type: str | None = _text(
        "`None`, `Email` or `URL` (the same as `Callback`); not case-sensitive. FoneStorm's `Device` and `Forward` are"
        " not available. `null` means `None`.",
        enum=[*CallbackType, URL_TYPE, None],
    )
    value: str | None = _text("An alias of `url` with `URL`, and of `email` with `Email`.", examples=[URL])
    method: str | None = _text("The method of a `Callback`; `POST` if left out.", enum=[*Method, "", None])
    url_method: str | None = _text("An alias of `method`.", enum=[*Method, "", None])
    device: str | None = _text("Ignored; accepted because GET returns it, as FoneStorm does.")
    forward: str | None = _text("Ignored, like `device`.")


class NumberCallback(CallbackFields):
    """A number's callback for one event; it replaces the previous one entirely."""

    model_config = shown_as(
        {"fonenumber": "3215551212", "type": "Callback", "method": "GET", "url": URL}, required=["fonenumber"]
    )

    fonenumber: str | None = _FONENUMBER


class NumberDelivery(DeliveryFields):
    """Where what a number receives is delivered; it replaces the previous callback entirely."""

    model_config = shown_as(
        {"fonenumber": "3215551212", "type": URL_TYPE, "value": URL, "url_method": "POST"}, required=["fonenumber"]
    )

    fonenumber: str | None = _FONENUMBER


class AccountCallback(CallbackFields):
    """The account's callback for one event, on all its numbers."""

    model_config = shown_as({"method": "JSON", "url": "https://my.example.com/cdr"})

    account_id: str | None = _text("The account of the token, and no other; may be left out.")
    username: str | None = _text("An alias of `url_username`.")
    password: str | None = _text("An alias of `url_password`.", format="password")


class Block(Output):
    """One callback. Fields that are not set are empty strings; credentials are never shown."""

    type: CallbackType
    email: str
    url: str
    method: Method | str = Field(json_schema_extra={"enum": [*Method, ""]})


class DeliveryBlock(Output):
    """One callback under the field names of FoneStorm's delivery services."""

    type: str = Field(json_schema_extra={"enum": list(URL_TYPES)})
    email: str
    device: str = Field(description="Always empty.")
    forward: str = Field(description="Always empty.")
    url: str
    url_method: Method | str = Field(json_schema_extra={"enum": [*Method, ""]})


class EndpointHealth(Output):
    """The recent health of a callback's endpoint."""

    event: str
    state: Literal["healthy", "failing", "open", "disabled"] = Field(
        description="While open, deliveries wait without using up attempts; while disabled, they are cancelled."
    )
    failures: int = Field(description="Consecutive failures.")
    since: str | None = Field(description="When it started to fail, or when it was disabled.", json_schema_extra=TIME)
    until: str | None = Field(
        description="While open: when the next delivery is let through as a probe.", json_schema_extra=TIME
    )
    gives_up: str | None = Field(
        description="While open: when it will be disabled unless a delivery succeeds first.", json_schema_extra=TIME
    )
    because: str = Field(
        description="Why it is disabled. Setting it again, or a successful test of its URL, enables it."
    )


class Health(Output):
    """The health of a number's callbacks."""

    fonenumber: str
    callbacks: list[EndpointHealth]


class HealthAnswer(Output):
    """The health of each callback set on this number."""

    model_config = shown_as({"health": HEALTH})

    health: Health


class AccountHealth(Output):
    """The health of an account's own callbacks."""

    account_id: str
    callbacks: list[EndpointHealth]


class AccountHealthAnswer(Output):
    """The health of each callback set for the whole account."""

    model_config = shown_as(
        {"health": {"account_id": "1000001", "callbacks": [{"event": "accounts/cdr_notify", **_HEALTHY}]}}
    )

    health: AccountHealth


def health_shown(callbacks: Mapping[str, Callback]) -> list[EndpointHealth]:
    """Return the health of *callbacks*, which are given by event."""
    return [
        EndpointHealth.model_validate({"event": event, **_HEALTHY, **describe_health(callback)})
        for event, callback in callbacks.items()
    ]


def describe_health(callback: Callback) -> dict[str, str | int]:
    """Return the fields of `EndpointHealth` that differ from a healthy endpoint's."""
    breaker = callback.breaker
    if callback.disabled:
        since = {"since": to_iso(callback.disabled_at)} if callback.disabled_at else {}
        return {"state": "disabled", "because": callback.disabled, **since}
    if breaker.failing_since is None:
        return {"state": "healthy"}
    counted: dict[str, str | int] = {"failures": breaker.failures, "since": to_iso(breaker.failing_since)}
    if breaker.open_until is None:
        return {"state": "failing", **counted}
    gives_up = to_iso(breaker.failing_since + DISABLED_AFTER)
    return {"state": "open", **counted, "until": to_iso(breaker.open_until), "gives_up": gives_up}
