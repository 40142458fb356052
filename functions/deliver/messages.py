"""Read messages: events of the platform, bare or wrapped by SNS or EventBridge, and our own retries."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from ringback.callbacks.identifiers import parse_account, parse_fonenumber
from ringback.callbacks.parse import read_inline
from ringback.catalog.payload import EventKind, Scope, lookup, read_data
from ringback.delivery.retry_message import Retry, parse_retry_message
from ringback.errors import InfrastructureError, InvalidSetting, MalformedEvent, MalformedReason
from ringback.json_text import Literal, parse_integer
from ringback.models import Callback, Event, build_owner
from ringback.text import describe_type, quote_value
from ringback.timestamps import from_millis, parse_time

MAX_BYTES = 262_144
"""An event's size, 256 KiB: what the queue takes (template.yaml: EventsQueue)."""

MAX_WRAPPINGS = 3
"""EventBridge to SNS to SQS are two."""

DEFAULT_ACCOUNT = "default"
"""The account of events from a platform that has only one."""

MAX_ID = 160
"""Characters of an event's id."""

_TIME = "ISO 8601, as in 2026-11-23T17:36:00Z"


class Message(NamedTuple):
    """A message that could be read."""

    id: str
    received_before: bool
    """Whether SQS hands it out again: an earlier invocation ended without handling it."""
    content: Event | Retry | InfrastructureError
    """What it asks for, or why that cannot be read yet."""


def read_message(record: Mapping[str, Any]) -> Message:
    """Read the message in an SQS *record*.

    Raises:
        MalformedEvent: it is neither an event nor a retry; the reason says why.
    """
    attributes = record.get("attributes", {})
    sent = from_millis(int(attributes.get("SentTimestamp", 0)))
    return Message(
        id=record["messageId"],
        received_before=int(attributes.get("ApproximateReceiveCount", 1)) > 1,
        content=_read(record["body"], message_id=record["messageId"], sent=sent),
    )


def _read(body: str, *, message_id: str, sent: datetime) -> Event | Retry | InfrastructureError:
    size = len(body.encode(errors="replace"))
    if size > MAX_BYTES:
        raise MalformedEvent(MalformedReason.TOO_LARGE, f"{size:,} bytes; an event has at most {MAX_BYTES:,}")
    message = message_in(body)
    if "event" not in message and "delivery" in message:
        return parse_retry_message(message)
    return _event(message, message_id=message_id, sent=sent)


def message_in(body: str) -> Mapping[str, Any]:
    """Unwrap the object that should be an event or a retry; nothing in it is checked yet.

    Raises:
        MalformedEvent: *body* is not a JSON object.
    """
    return _unwrapped(_object(body))


def _object(body: str) -> Mapping[str, Any]:
    try:
        message = _decode(body)
    except (ValueError, RecursionError) as error:
        raise MalformedEvent(MalformedReason.NOT_JSON, f"the message is not JSON: {error}") from error
    if not isinstance(message, dict):
        raise MalformedEvent(
            MalformedReason.NOT_AN_OBJECT, f"an event is a JSON object; this is {describe_type(message)}"
        )
    return message


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON value")


_decode = json.JSONDecoder(  # `loads` would make one for each message
    parse_constant=_refuse_constant, parse_float=Literal, parse_int=parse_integer
).decode


def _unwrapped(message: Mapping[str, Any]) -> Mapping[str, Any]:
    for _ in range(MAX_WRAPPINGS):
        if message.get("Type") == "Notification" and isinstance(message.get("Message"), str):
            message = _object(message["Message"])
        elif "detail-type" in message and isinstance(message.get("detail"), dict):
            message = message["detail"]
        else:
            break
    return message


def _event(message: Mapping[str, Any], *, message_id: str, sent: datetime) -> Event:
    kind = _kind(message)
    account = _account(message.get("account"))
    fonenumber = _fonenumber(message.get("fonenumber"), kind)
    data = message.get("data", {})
    if not isinstance(data, dict):
        raise MalformedEvent(MalformedReason.BAD_DATA, f"data is an object of fields; this is {describe_type(data)}")
    values, unknown = read_data(kind, data)
    return Event(
        kind=kind.name,
        account=account,
        fonenumber=fonenumber,
        id=_id(message.get("id"), default=message_id),
        time=_time(message.get("time"), default=sent),
        data=values,
        unknown=unknown,
        callback=_callback(message, kind, build_owner(account, fonenumber)),
    )


def _kind(message: Mapping[str, Any]) -> EventKind:
    if message.get("event") is None:
        raise MalformedEvent(MalformedReason.NO_EVENT, "the field event is missing: it names what happened")
    try:
        return lookup(message["event"])
    except InvalidSetting as error:
        raise MalformedEvent(MalformedReason.UNKNOWN_EVENT, error.message) from error


def _account(given: object) -> str:
    try:
        return DEFAULT_ACCOUNT if given is None else parse_account(given)
    except InvalidSetting as error:
        raise MalformedEvent(MalformedReason.BAD_ACCOUNT, str(error)) from error


def _fonenumber(given: object, kind: EventKind) -> str:
    if kind.scope is Scope.ACCOUNT and given in (None, ""):
        return ""
    try:
        return parse_fonenumber(given)
    except InvalidSetting as error:
        raise MalformedEvent(MalformedReason.BAD_FONENUMBER, error.message) from error


def _id(given: object, *, default: str) -> str:
    if given in (None, ""):
        return default
    if isinstance(given, bool) or not isinstance(given, str | int | Literal) or not _is_plain(str(given)):
        raise MalformedEvent(
            MalformedReason.BAD_ID, f"id is {quote_value(given)}; allowed: up to {MAX_ID} printable characters"
        )
    return str(given)


def _time(given: object, *, default: datetime) -> datetime:
    if given is None:
        return default
    try:
        return parse_time(given)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise MalformedEvent(MalformedReason.BAD_TIME, f"time is {quote_value(given)}; allowed: {_TIME}") from error


def _callback(message: Mapping[str, Any], kind: EventKind, owner: str) -> Callback | None:
    if kind.scope is not Scope.MESSAGE:
        return None
    try:
        return read_inline(message.get("callback"), owner=owner, kind=kind)
    except InvalidSetting as error:
        detail = f"callback.{error.field}: {error.message}"
        logged = f"callback.{error.field} breaks a rule"  # the message may quote what is private
        raise MalformedEvent(MalformedReason.BAD_CALLBACK, detail, logged=logged) from error


def _is_plain(text: str) -> bool:
    return len(text) <= MAX_ID and text.isprintable()  # half a surrogate pair is not, nor is it UTF-8
