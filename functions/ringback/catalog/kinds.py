"""List the kinds of event as data; a new kind is one more entry of `_KINDS` (facts: Data of each event)."""

from collections.abc import Mapping
from types import MappingProxyType

from ringback.catalog.event_kind import EventKind, Field, FieldType, Scope
from ringback.models import CallbackType, Method, Value


def _string(
    token: str, meaning: str, *, body: str = "", values: Mapping[str, str] | None = None, aliases: tuple[str, ...] = ()
) -> Field:
    return Field(
        token=token,
        body=body or token,
        type=FieldType.STRING,
        meaning=meaning,
        values=values or {},
        aliases=aliases,
    )


def _integer(name: str, meaning: str) -> Field:
    return Field(token=name, body=name, type=FieldType.INTEGER, meaning=meaning)


_NO_EMAIL = (CallbackType.NONE, CallbackType.CALLBACK)

_MESSAGE = (
    _string("to", "recipient's number"),
    _string("from", "sender's number"),
    _string("msg", "text of the message", body="message"),
    _string("id", "unique id of the message", aliases=("uid",)),
)

_CALL = (
    _string("account_code", "account billed"),
    _string("direction", "direction of the call", values={"INBOUND": "", "OUTBOUND": ""}),
    _string("status", "which of a call's two notifications", values={"BEGIN": "it begins", "END": "it has ended"}),
    _string("from", "caller"),
    _string("to", "callee"),
    _string("type", "what is transmitted", values={"VOICE": "", "FAX": ""}),
    _string(
        "disposition",
        "how the call went, on `END`",
        values={
            "ANSWERED": "",
            "NO_ANSWER": "",
            "REJECTED": "",
            "BUSY": "",
            "CANCEL": "",
            "INVALID": "",
            "FAILED": "",
            "FAILED:###": "with a code of three digits",
        },
    ),
    _string("uid", "unique id of the call"),
    _integer("billable_seconds", "seconds billed, on `END`"),
)

_FAX = (
    _string("uid", "unique id of the fax"),
    _string("account_code", "account billed"),
    _string("status", "how it went", values={"SUCCESS": "", "FAILED": ""}),
    _string("from", "sender's number"),
    _string("to", "recipient's number"),
    _string("timestamp", "when, ISO 8601"),
    _string("file", "URL of the document"),
    _string("type", "what was transmitted"),
    _integer("attempts", "times that it was tried"),
    _integer("pages", "pages of the document"),
    _integer("pages_transmitted", "pages that got through"),
)

_RECEIPT = (
    _string(
        "ds",
        "where the message stands",
        body="deliverystate",
        values={"waiting": "", "delivered": "", "not-delivered": ""},
    ),
    _string(
        "dc",
        "why",
        body="deliverycode",
        values={
            "000": "reached the carrier",
            "100": "did not reach the carrier",
            "187": "spam",
            "188": "spam",
            "189": "spam",
            "482": "loop",
            "600": "refused",
            "610": "submit failed",
            "620": "destination application error",
            "630": "not acknowledged",
            "720": "bad destination",
            "740": "bad source",
            "999": "unknown",
        },
    ),
)

_MESSAGE_EXAMPLE: dict[str, Value] = {
    "to": "3215551212",
    "from": "3215551111",
    "message": "hello world",
    "id": "0c4055acc5cc2736d818c96f4421b2f5",
}

_CALL_EXAMPLE: dict[str, Value] = {
    "account_code": "1000001",
    "direction": "INBOUND",
    "status": "END",
    "from": "3215551111",
    "to": "3215551212",
    "type": "VOICE",
    "disposition": "ANSWERED",
    "uid": "1795455360.1187",
    "billable_seconds": 42,
}

_FAX_EXAMPLE: dict[str, Value] = {
    "uid": "7f1c2b4e9a6d4d0f8e35b1a2c3d4e5f6",
    "account_code": "1000001",
    "status": "SUCCESS",
    "from": "3215551111",
    "to": "3215551212",
    "timestamp": "2026-11-23T17:36:00Z",
    "file": "https://fax.example.com/7f1c2b4e9a6d4d0f8e35b1a2c3d4e5f6.pdf",
    "type": "FAX",
    "attempts": 1,
    "pages": 3,
    "pages_transmitted": 3,
}

_KINDS = (
    EventKind(
        name="messages/receive_notify",
        title="Message received",
        fields=_MESSAGE,
        example=_MESSAGE_EXAMPLE,
    ),
    EventKind(
        name="messages/send_notify",
        title="Message sent",
        fields=_MESSAGE,
        example=_MESSAGE_EXAMPLE | {"to": "3215551111", "from": "3215551212"},
    ),
    EventKind(
        name="calls/receive_notify",
        title="Call received",
        fields=_CALL,
        example=_CALL_EXAMPLE,
    ),
    EventKind(
        name="calls/send_notify",
        title="Call made",
        fields=_CALL,
        example=_CALL_EXAMPLE | {"direction": "OUTBOUND", "from": "3215551212", "to": "3215551111"},
    ),
    EventKind(
        name="faxes/receive_notify",
        title="Fax received",
        fields=_FAX,
        example=_FAX_EXAMPLE,
    ),
    EventKind(
        name="faxes/send_notify",
        title="Fax sent",
        fields=_FAX,
        example=_FAX_EXAMPLE | {"from": "3215551212", "to": "3215551111"},
    ),
    EventKind(
        name="messages/confirm",
        title="Delivery receipt",
        fields=(*_MESSAGE, *_RECEIPT),
        types=_NO_EMAIL,
        methods=(Method.JSON,),
        scope=Scope.MESSAGE,
        example=_MESSAGE_EXAMPLE
        | {"to": "3215551111", "from": "3215551212", "deliverystate": "delivered", "deliverycode": "000"},
    ),
    EventKind(
        name="messages/receive",
        title="Incoming message",
        fields=_MESSAGE,
        methods=(Method.POST, Method.JSON),
        is_delivery=True,
        example=_MESSAGE_EXAMPLE,
    ),
    EventKind(
        name="accounts/cdr_notify",
        title="Call record",
        fields=_CALL,
        types=_NO_EMAIL,
        methods=(Method.POST, Method.JSON),
        https_only=True,
        scope=Scope.ACCOUNT,
        fixed={"status": "END"},
        example=_CALL_EXAMPLE,
    ),
)

CATALOGUE: Mapping[str, EventKind] = MappingProxyType({kind.name: kind for kind in _KINDS})
"""Every kind of event, by name."""
