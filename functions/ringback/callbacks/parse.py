"""Parse a callback's fields, as a customer sets them or as an event brings them (facts: Setting a callback)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ringback.callbacks.identifiers import parse_mailbox
from ringback.callbacks.rules import check_credentials, parse_callback_url, parse_method, parse_type
from ringback.callbacks.url import parse_url
from ringback.catalog.payload import EventKind, Scope
from ringback.errors import InvalidSetting
from ringback.models import Callback, CallbackType, Url
from ringback.ssrf.rules import Network, refusal_of_host
from ringback.text import describe_type, quote_value

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
"""The fields of a number's callback, each with its canonical name."""

DELIVERY_FIELDS: dict[str, str] = NUMBER_FIELDS | {"value": "url", "device": "device", "forward": "forward"}
"""The same for a message that is itself delivered. `value` is whatever the type needs, so an address with `Email`; the
last two belong to types that we do not have, but FoneStorm's block has them."""

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
"""The same for an account's callback."""

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

PRIVATE = frozenset({"url", "value", "url_username", "url_password"})
"""Fields whose values no message repeats, under any of their names; a URL's query may be as good as a password."""


def field_names(kind: EventKind, fields: Mapping[str, object]) -> Mapping[str, str]:
    """Return the names that *fields*, a callback for *kind*, may use, each with its canonical name."""
    if kind.scope is Scope.ACCOUNT:
        return ACCOUNT_FIELDS
    if not kind.is_delivery:
        return NUMBER_FIELDS
    is_mail = str(fields.get("type")).lower() == CallbackType.EMAIL.lower()
    return DELIVERY_FIELDS | ({"value": "email"} if is_mail else {})


def parse_public_setting(
    kind: EventKind,
    fields: Mapping[str, object],
    *,
    owner: str,
    allowed: Iterable[Network] | None,
    current: Callback | None = None,
) -> Callback | None:
    """Parse the *fields* of a setting for *kind*; return None if nothing is to be delivered any more.

    With *allowed*, the networks that callbacks may reach in addition to public ones, a URL whose host is plainly
    an address elsewhere is refused.

    *current* is the callback that *fields* amend. What the API never shows is taken from it: credentials that *fields*
    leave out, if scheme, host and port are the same; and `disabled`, if nothing else changes.

    Raises:
        InvalidSetting: a rule is broken; the message never repeats a password.
    """
    if kind.scope is Scope.MESSAGE:
        raise InvalidSetting("event", f"{kind.name} cannot be set: its callback travels inside each event")
    names = field_names(kind, fields)
    texts = read_texts(fields, names)
    if fields.get("type", "") is None:
        texts["type"] = CallbackType.NONE
    try:
        new = _parsed(kind, texts, owner, allowed=allowed, current=current)
    except InvalidSetting as error:
        raise name_as_given(error, fields, names) from None
    return current if current and new == replace(current, disabled="") else new


def parse_inline(fields: object, *, owner: str, kind: EventKind, allowed: Iterable[Network] | None = None) -> Callback:
    """Parse the callback inside an event of *kind*, whose type and method may be left out; *allowed* as above.

    Raises:
        InvalidSetting: a rule is broken; the message never repeats a password.
    """
    return _inline(_inline_texts(fields, kind), owner, kind, allowed)


def read_inline(fields: object, *, owner: str, kind: EventKind) -> Callback:
    """Parse as `parse_inline` does, but keep a broken rule in `refused`: the values are the customer's mistake.

    Raises:
        InvalidSetting: *fields* is not an object of the right fields with texts, which is the platform's mistake.
    """
    texts = _inline_texts(fields, kind)
    try:
        return _inline(texts, owner, kind, None)
    except InvalidSetting as error:
        return Callback(owner=owner, event=kind.name, type=CallbackType.CALLBACK, refused=error.logged)


def _inline_texts(fields: object, kind: EventKind) -> Mapping[str, str]:
    if not isinstance(fields, Mapping):
        raise InvalidSetting("url", f"missing; callback is {describe_type(fields)} and takes an object")
    given = {name: text for name, text in read_texts(fields, INLINE_FIELDS).items() if text}
    return {"type": CallbackType.CALLBACK.value, "method": kind.methods[0].value} | given


def _inline(texts: Mapping[str, str], owner: str, kind: EventKind, allowed: Iterable[Network] | None) -> Callback:
    callback = _parsed(kind, texts, owner, allowed=allowed)
    if callback is None:
        raise InvalidSetting("type", "given None; leave out the event if nobody wants it")
    return callback


def _parsed(
    kind: EventKind,
    texts: Mapping[str, str],
    owner: str,
    *,
    allowed: Iterable[Network] | None,
    current: Callback | None = None,
) -> Callback | None:
    match _type(kind, texts):
        case CallbackType.NONE:
            return None
        case CallbackType.EMAIL:
            address = parse_mailbox(texts.get("email", ""))
            return Callback(owner=owner, event=kind.name, type=CallbackType.EMAIL, email=address)
        case CallbackType.CALLBACK:
            return _http_callback(kind, texts, owner, allowed=allowed, current=current)


def _type(kind: EventKind, texts: Mapping[str, str]) -> CallbackType:
    if "type" in texts:
        return parse_type(texts["type"], kind)
    # API 2.4 had no such parameter, and for an account's callback the reference has none either.
    is_callback = kind.scope is Scope.ACCOUNT or texts.get("url") or texts.get("method")
    return parse_type(CallbackType.CALLBACK if is_callback else "", kind)


def _http_callback(
    kind: EventKind,
    texts: Mapping[str, str],
    owner: str,
    *,
    allowed: Iterable[Network] | None,
    current: Callback | None,
) -> Callback:
    text = texts.get("url", "")
    # The reference has one method for a delivery service, so clients may leave it out.
    method = parse_method(texts.get("method") or (kind.methods[0] if kind.is_delivery else ""), kind)
    url = parse_callback_url(text, kind)
    user_name, password = _credentials(texts, url, current)
    check_credentials(user_name, password)
    if allowed is not None:
        _check_reachable(url, allowed)
    return Callback(
        owner=owner,
        event=kind.name,
        type=CallbackType.CALLBACK,
        method=method,
        url=text,
        url_username=user_name,
        url_password=password,
    )


def _credentials(texts: Mapping[str, str], url: Url, current: Callback | None) -> tuple[str, str]:
    if current and not {"url_username", "url_password"} & texts.keys() and _keeps_credentials(current, url):
        return current.url_username, current.url_password
    return texts.get("url_username", ""), texts.get("url_password", "")


def _keeps_credentials(current: Callback, url: Url) -> bool:
    """Return whether *current* has credentials and *url* goes to the same server, which knows them already."""
    if not current.url_username:
        return False
    try:
        known = parse_url(current.url)
    except InvalidSetting:
        return False
    return (url.scheme, url.host, url.port) == (known.scheme, known.host, known.port)


def read_texts(fields: Mapping[str, object], names: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of *fields* by canonical name; *names* maps each allowed spelling to its canonical name.

    JSON's `null` counts as the empty string, which is how the API shows what is not set.

    Raises:
        InvalidSetting: a name is not allowed, a value is not text, or two spellings of one name disagree.
    """
    texts: dict[str, tuple[str, str]] = {}
    for spelling, value in fields.items():
        name = names.get(spelling)
        if name is None:
            raise InvalidSetting(quote_value(spelling).strip('"'), f"unknown field; allowed: {', '.join(names)}")
        text = "" if value is None else _text(spelling, value)
        other, known = texts.get(name, (spelling, text))
        if known and text and known != text:
            given = (
                "they differ" if PRIVATE & {name, spelling, other} else f"{quote_value(known)} and {quote_value(text)}"
            )
            raise InvalidSetting(spelling, f"conflicts with its alias {other}: {given}")
        texts[name] = (other, known) if known else (spelling, text)
    return {name: text for name, (_, text) in texts.items()}


def name_as_given(error: InvalidSetting, fields: Mapping[str, object], names: Mapping[str, str]) -> InvalidSetting:
    """Return *error* with its field spelled as in *fields*, so that the client finds it there."""
    spellings = [spelling for spelling in fields if names.get(spelling) == error.field and fields[spelling]]
    if error.field in spellings or not spellings:
        return error
    return InvalidSetting(spellings[0], error.message)


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise InvalidSetting(name, f"given {describe_type(value)}; expected text")
    return value


def _check_reachable(url: Url, allowed: Iterable[Network]) -> None:
    reason = refusal_of_host(url.host, allowed)
    if reason:
        raise InvalidSetting("url", f"{reason}; callbacks go to public addresses only")
