"""Parses and shows what a customer sets (facts: Setting a callback)."""

from collections.abc import Mapping
from dataclasses import replace

from ringback.breaker import DISABLED_AFTER
from ringback.callback_rules import (
    URL_TYPE,
    check_credentials,
    parse_callback_url,
    parse_method,
    parse_type,
)
from ringback.catalogue import EventKind, Scope, lookup
from ringback.errors import InvalidSetting
from ringback.mailboxes import parse_mailbox
from ringback.models import Callback, CallbackType
from ringback.setting_fields import name_as_given, read_texts
from ringback.texts import kind_of
from ringback.times import iso
from ringback.urls import parse_url

NUMBER_FIELDS: dict[str, str] = {
    "fonenumber": "fonenumber",
    "type": "type",
    "email": "email",
    "method": "method",
    "url_method": "method",
    "url": "url",
    "url_username": "url_username",
    "url_password": "url_password",
}
"""The fields of a number's setting, each with the canonical name of its meaning."""

DELIVERY_FIELDS: dict[str, str] = NUMBER_FIELDS | {"value": "url", "device": "device", "forward": "forward"}
"""The same where an event is itself delivered. `value` is what the type is about, so the address with `Email`; the last
two belong to types that we do not have, and are in FoneStorm's block all the same."""

ACCOUNT_FIELDS: Mapping[str, str] = {
    "account_id": "account_id",
    "type": "type",
    "email": "email",
    "method": "method",
    "url_method": "method",
    "url": "url",
    "username": "url_username",
    "password": "url_password",
    "url_username": "url_username",
    "url_password": "url_password",
}
"""The same for an account's setting."""

INLINE_FIELDS: Mapping[str, str] = {
    "url": "url",
    "url_username": "url_username",
    "url_password": "url_password",
    "confirmation_url": "url",
    "confirmation_url_username": "url_username",
    "confirmation_url_password": "url_password",
    "type": "type",
    "method": "method",
}
"""The same for a callback that travels inside its event."""


def field_names(kind: EventKind, fields: Mapping[str, object]) -> Mapping[str, str]:
    """The names that *fields*, a setting for *kind*, may use, each with the canonical name of its meaning."""
    if kind.scope is Scope.ACCOUNT:
        return ACCOUNT_FIELDS
    if not kind.is_delivery:
        return NUMBER_FIELDS
    is_mail = str(fields.get("type")).lower() == CallbackType.EMAIL.lower()
    return DELIVERY_FIELDS | ({"value": "email"} if is_mail else {})


def parse_setting(
    event: str, fields: Mapping[str, object], *, owner: str, current: Callback | None = None
) -> Callback | None:
    """What *fields* set for *event*, in place of whatever was set; `None` where nothing shall happen any more.

    With *current*, the callback that *fields* amend, what the API never shows stays as it is: credentials that *fields*
    do not name, while scheme, host and port are the same, and `disabled`, where nothing else changes either.

    Raises:
        InvalidSetting: a rule is broken; the message never holds a password.
    """
    kind = lookup(event)
    if kind.scope is Scope.MESSAGE:
        raise InvalidSetting("event", f"{kind.name} cannot be set: its callback travels inside each event")
    names = field_names(kind, fields)
    texts = read_texts(fields, names)
    if fields.get("type", "") is None:
        texts["type"] = CallbackType.NONE
    try:
        new = _parsed(kind, texts, owner, current)
    except InvalidSetting as error:
        raise name_as_given(error, fields, names) from None
    return current if current and new == replace(current, disabled="") else new


def parse_inline(fields: object, *, owner: str, kind: EventKind) -> Callback:
    """The callback inside an event of *kind*; type and method go without saying.

    Raises:
        InvalidSetting: a rule is broken; the message never holds a password.
    """
    return _inline(_inline_texts(fields, kind), owner, kind)


def read_inline(fields: object, *, owner: str, kind: EventKind) -> Callback:
    """As `parse_inline`; but a rule that its values break is on record as `refused`, for they are the customer's own.

    Raises:
        InvalidSetting: it is no object of the fields that such a callback has, with texts: the platform's mistake.
    """
    texts = _inline_texts(fields, kind)
    try:
        return _inline(texts, owner, kind)
    except InvalidSetting as error:
        return Callback(owner=owner, event=kind.name, type=CallbackType.CALLBACK, refused=error.logged)


def as_block(callback: Callback | None) -> dict[str, str]:
    """What the API shows: empty strings for what is not set, and never credentials."""
    if callback is None:
        return {"type": CallbackType.NONE.value, "email": "", "url": "", "method": ""}
    method = callback.method.value if callback.method else ""
    return {"type": callback.type.value, "email": callback.email, "url": callback.url, "method": method}


def as_delivery_block(callback: Callback | None) -> dict[str, str]:
    """The same under the names of FoneStorm's delivery services, for a kind that is one."""
    shown = as_block(callback)
    is_url = shown["type"] == CallbackType.CALLBACK
    return {
        "type": URL_TYPE if is_url else shown["type"],
        "email": shown["email"],
        "device": "",
        "forward": "",
        "url": shown["url"],
        "url_method": shown["method"],
    }


def health_of(callback: Callback) -> dict[str, str | int]:
    """What the API shows of an endpoint: `healthy`, `failing`, `open` or `disabled`, since when and until when."""
    breaker = callback.breaker
    if callback.disabled:
        since = {"since": iso(callback.disabled_at)} if callback.disabled_at else {}
        return {"state": "disabled", "because": callback.disabled, **since}
    if breaker.failing_since is None:
        return {"state": "healthy"}
    counted: dict[str, str | int] = {"failures": breaker.failures, "since": iso(breaker.failing_since)}
    if breaker.open_until is None:
        return {"state": "failing", **counted}
    gives_up = iso(breaker.failing_since + DISABLED_AFTER)
    return {"state": "open", **counted, "until": iso(breaker.open_until), "gives_up": gives_up}


def host_of(callback: Callback) -> str:
    """Where a callback goes, for logs: a URL holds secrets from its path on; empty for mail, or where there is none."""
    try:
        return parse_url(callback.url).host if callback.url else ""
    except InvalidSetting:
        return ""


def _inline_texts(fields: object, kind: EventKind) -> Mapping[str, str]:
    if not isinstance(fields, Mapping):
        raise InvalidSetting("url", f"missing; callback is {kind_of(fields)} and takes an object")
    given = {name: text for name, text in read_texts(fields, INLINE_FIELDS).items() if text}
    return {"type": CallbackType.CALLBACK.value, "method": kind.methods[0].value} | given


def _inline(texts: Mapping[str, str], owner: str, kind: EventKind) -> Callback:
    callback = _parsed(kind, texts, owner, None)
    if callback is None:
        raise InvalidSetting("type", "given None; leave the event out where nobody wants it")
    return callback


def _parsed(kind: EventKind, texts: Mapping[str, str], owner: str, current: Callback | None) -> Callback | None:
    match _type(kind, texts):
        case CallbackType.NONE:
            return None
        case CallbackType.EMAIL:
            address = parse_mailbox(texts.get("email", ""))
            return Callback(owner=owner, event=kind.name, type=CallbackType.EMAIL, email=address)
        case CallbackType.CALLBACK:
            return _http_callback(kind, texts, owner, current)


def _type(kind: EventKind, texts: Mapping[str, str]) -> CallbackType:
    if "type" in texts:
        return parse_type(texts["type"], kind)
    # API 2.4 had no such parameter, nor has the reference for an account's callback.
    is_callback = kind.scope is Scope.ACCOUNT or texts.get("url") or texts.get("method")
    return parse_type(CallbackType.CALLBACK if is_callback else "", kind)


def _http_callback(kind: EventKind, texts: Mapping[str, str], owner: str, current: Callback | None) -> Callback:
    url = texts.get("url", "")
    # The reference has one method for a delivery service, so its clients may say none.
    method = parse_method(texts.get("method") or (kind.methods[0] if kind.is_delivery else ""), kind)
    parse_callback_url(url, kind)
    user_name, password = _credentials(texts, url, current)
    check_credentials(user_name, password)
    return Callback(
        owner=owner,
        event=kind.name,
        type=CallbackType.CALLBACK,
        method=method,
        url=url,
        url_username=user_name,
        url_password=password,
    )


def _credentials(texts: Mapping[str, str], url: str, current: Callback | None) -> tuple[str, str]:
    if current and not {"url_username", "url_password"} & texts.keys() and _same_place(url, current.url):
        return current.url_username, current.url_password
    return texts.get("url_username", ""), texts.get("url_password", "")


def _same_place(url: str, other: str) -> bool:
    """Whether both go to one server, so that credentials for one are no news to the other."""
    try:
        ours, theirs = parse_url(url), parse_url(other)
    except InvalidSetting:
        return False
    return (ours.scheme, ours.host, ours.port) == (theirs.scheme, theirs.host, theirs.port)
