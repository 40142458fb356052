"""Callbacks in requests and answers (facts: Setting a callback)."""

from typing import Any, Literal

from pydantic import Field

from api.models.shapes import TIME, Input, Output, shown_as
from ringback.models import CallbackType, Method

URL = "https://my.example.com/notify.php?message=((msg))"
BLOCK: dict[str, Any] = {"type": "Callback", "email": "", "url": URL, "method": "GET"}
NOTHING: dict[str, Any] = {"type": "None", "email": "", "url": "", "method": ""}
ENOUGH_DIGITS = r"^(\D*\d){10}\D*$|^\D*1(\D*\d){10}\D*$"
"""Ten digits, or eleven with a leading 1, whatever stands between."""

_SHOWN: dict[str, Any] = {
    "fonenumber": {
        "fonenumber": "3215551212",
        "message_options": {"receive_notify": BLOCK, "send_notify": NOTHING, "receive": NOTHING},
        "call_options": {"receive_notify": NOTHING, "send_notify": NOTHING},
        "fax_options": {"receive_notify": NOTHING, "send_notify": NOTHING},
    }
}


def _text(description: str, **schema: Any) -> Any:  # noqa: ANN401 - a pydantic field is anything
    return Field(default=None, description=description, json_schema_extra=schema or None)


class CallbackFields(Input):
    """What a customer wants to happen."""

    type: str | None = _text(
        "`None` cancels whatever is set; in any case, and `null` is `None`.", enum=[*CallbackType, None]
    )
    email: str | None = _text("One address; required with `Email`.", examples=["name@example.com"])
    url: str | None = _text(
        "`https://` or `http://`, with tokens in path and query; required with `Callback`.", examples=[URL]
    )
    method: str | None = _text("Required with `Callback`; not every event has every method.", enum=[*Method, "", None])
    url_method: str | None = _text("Another name of `method`.", deprecated=True)
    url_username: str | None = _text("For HTTP Basic; both or neither, never shown again.", examples=["ringback"])
    url_password: str | None = _text("As above.", format="password")


class NumberCallback(CallbackFields):
    """A number's callback for one event; it replaces the one before as a whole."""

    model_config = shown_as(
        {"fonenumber": "3215551212", "type": "Callback", "method": "GET", "url": URL}, required=["fonenumber", "type"]
    )

    fonenumber: str | None = _text(
        "10 digits; other characters are dropped, and a leading 1 of 11 digits too.",
        examples=["3215551212", "+1 (321) 555-1212"],
        pattern=ENOUGH_DIGITS,
    )


class AccountCallback(CallbackFields):
    """The account's callback for call records; `https://` only."""

    model_config = shown_as({"method": "JSON", "url": "https://my.example.com/cdr"})

    account_id: str | None = _text("The account of the token; it can be left out, and be no other.")
    username: str | None = _text("Another name of `url_username`.")
    password: str | None = _text("Another name of `url_password`.", format="password")


class MessageOptionsInput(Input):
    """What to do about messages."""

    receive_notify: CallbackFields | None = None
    send_notify: CallbackFields | None = None
    receive: CallbackFields | None = None


class OptionsInput(Input):
    """What to do about calls, or about faxes."""

    receive_notify: CallbackFields | None = None
    send_notify: CallbackFields | None = None


class FonenumberFields(Input):
    """A number's callbacks; a block that is missing or empty stays as it is."""

    fonenumber: str | None = _text("The number of the path, or nothing.", pattern=ENOUGH_DIGITS)
    message_options: MessageOptionsInput | None = None
    sms_options: MessageOptionsInput | None = Field(
        default=None, description="The older name of `message_options`.", deprecated=True
    )
    call_options: OptionsInput | None = None
    voice_options: OptionsInput | None = Field(
        default=None, description="The older name of `call_options`.", deprecated=True
    )
    fax_options: OptionsInput | None = None


class FonenumberInput(Input):
    """What GET answers, or a part of it."""

    model_config = shown_as(_SHOWN)

    fonenumber: FonenumberFields


class Block(Output):
    """One callback; what is not set is an empty string, and credentials are never shown."""

    type: CallbackType
    email: str
    url: str
    method: Method | str = Field(json_schema_extra={"enum": [*Method, ""]})


class MessageOptions(Output):
    """What happens about messages."""

    receive_notify: Block
    send_notify: Block
    receive: Block


class Options(Output):
    """What happens about calls, or about faxes."""

    receive_notify: Block
    send_notify: Block


class Fonenumber(Output):
    """A number with all its callbacks."""

    fonenumber: str
    message_options: MessageOptions
    call_options: Options
    fax_options: Options


class FonenumberAnswer(Output):
    """One number."""

    model_config = shown_as(_SHOWN)

    fonenumber: Fonenumber


class EndpointHealth(Output):
    """What the endpoint of a callback did lately."""

    event: str
    state: Literal["healthy", "failing", "open", "disabled"] = Field(
        description="While open, deliveries wait and use up no attempts; while disabled, they are cancelled."
    )
    failures: int = Field(description="In a row.")
    since: str | None = Field(description="When it began to fail.", json_schema_extra=TIME)
    until: str | None = Field(description="While it is open: when one delivery is let through.", json_schema_extra=TIME)
    because: str = Field(description="Why it is disabled; setting it again enables it, or a test of its URL.")


class Health(Output):
    """A number's callbacks, and how they are."""

    fonenumber: str
    callbacks: list[EndpointHealth]


class HealthAnswer(Output):
    """How the callbacks of a number are that are set."""

    model_config = shown_as(
        {
            "health": {
                "fonenumber": "3215551212",
                "callbacks": [
                    {
                        "event": "messages/receive_notify",
                        "state": "healthy",
                        "failures": 0,
                        "since": None,
                        "until": None,
                        "because": "",
                    }
                ],
            }
        }
    )

    health: Health


class FonenumbersAnswer(Output):
    """A page of numbers, in the order of their digits."""

    model_config = shown_as({"fonenumbers": [_SHOWN["fonenumber"]], "cursor": None})

    fonenumbers: list[Fonenumber]
    cursor: str | None = Field(description="For the next page; null on the last one.")


class CdrNotify(Output):
    """The account and its callback for call records."""

    account_id: str
    cdr_notify: Block


class AccountAnswer(Output):
    """What is set for the whole account."""

    model_config = shown_as(
        {
            "account": {
                "account_id": "1000001",
                "cdr_notify": {
                    "type": "Callback",
                    "email": "",
                    "url": "https://my.example.com/cdr",
                    "method": "JSON",
                },
            }
        }
    )

    account: CdrNotify
