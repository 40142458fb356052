"""Check the single fields of a callback; URL, method and credentials are checked again at every delivery."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from enum import StrEnum

from ringback.callbacks.mistyped_tokens import mistyped_token
from ringback.callbacks.tokens import tokens_in
from ringback.callbacks.url import MAX_CHARACTERS, parse_url
from ringback.catalog.event_kind import EventKind
from ringback.errors import InvalidSetting
from ringback.models import CallbackType, Method, Url
from ringback.text import quote_value, to_well_formed

MAX_CREDENTIAL_CHARACTERS = 512
"""Characters of a user name or a password: up to 2,048 bytes of UTF-8, half of what KMS seals in one call."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


URL_TYPE = "URL"
"""FoneStorm's name for the type `Callback`, where a message is itself delivered (`messages/receive`)."""


def type_name(one: CallbackType, kind: EventKind) -> str:
    """Return the name of a type as the API shows it for *kind*."""
    return URL_TYPE if kind.is_delivery and one is CallbackType.CALLBACK else one.value


def parse_type(text: str, kind: EventKind) -> CallbackType:
    """Return the type that *text* names, in any case; `Callback` is always understood, whatever the API calls it.

    Raises:
        InvalidSetting: there is none, or the kind does not allow it.
    """
    is_url = kind.is_delivery and text.upper() == URL_TYPE
    choice = _choice(CallbackType.CALLBACK if is_url else text, kind.types)
    if choice is None:
        raise _not_allowed("type", text, [type_name(one, kind) for one in kind.types], kind)
    return choice


def parse_method(text: str, kind: EventKind) -> Method:
    """Return the method that *text* names, in any case.

    Raises:
        InvalidSetting: there is none, or the kind does not allow it.
    """
    choice = _choice(text, kind.methods)
    if choice is None:
        raise _not_allowed("method", text, kind.methods, kind)
    return choice


def parse_callback_url(text: str, kind: EventKind) -> Url:
    """Cut a URL whose tokens are all names of *kind* into its pieces.

    Raises:
        InvalidSetting: it may not be called for this kind of event.
    """
    if not text:
        raise InvalidSetting("url", "missing; a Callback needs one")
    if name := mistyped_token(text[:MAX_CHARACTERS], kind.names):
        raise InvalidSetting("url", f"it has what looks like a token and would never be replaced; write (({name}))")
    url = parse_url(text, https_only=kind.https_only)
    for token in dict.fromkeys(tokens_in(text)):
        if token not in kind.names:
            raise _unknown(token, kind)
    return url


def _unknown(token: str, kind: EventKind) -> InvalidSetting:
    nearest = get_close_matches(token.lower(), kind.names, n=1)
    suggestion = f"; did you mean (({nearest[0]}))?" if nearest else ""
    allowed = f"{kind.name} has {', '.join(f'(({name}))' for name in kind.tokens)}{suggestion}"
    return InvalidSetting(
        "url", f"unknown token {quote_value(token)}; {allowed}", logged=f"an unknown token; {allowed}"
    )


def check_credentials(user_name: str, password: str) -> None:
    """Refuse what HTTP Basic cannot carry (RFC 7617, section 2), and one without the other.

    Raises:
        InvalidSetting: with neither of the two in its message.
    """
    if bool(user_name) != bool(password):
        missing = "url_password" if user_name else "url_username"
        raise InvalidSetting(missing, "missing; url_username and url_password go together, both or neither")
    if ":" in user_name:
        raise InvalidSetting("url_username", "it has a colon, which HTTP Basic cannot carry in a user name")
    for field, text in (("url_username", user_name), ("url_password", password)):
        if len(text) > MAX_CREDENTIAL_CHARACTERS:
            raise InvalidSetting(field, f"{len(text):,} characters; the maximum is {MAX_CREDENTIAL_CHARACTERS:,}")
        if _CONTROL.search(text):
            raise InvalidSetting(field, "it has a control character, which HTTP Basic cannot carry")
        if to_well_formed(text) != text:
            raise InvalidSetting(field, "it has half a surrogate pair, which is not a character")


def _choice[Choice: StrEnum](text: str, allowed: Iterable[Choice]) -> Choice | None:
    return next((choice for choice in allowed if choice.lower() == text.lower()), None)


def _not_allowed(field: str, text: str, allowed: Iterable[str], kind: EventKind) -> InvalidSetting:
    given = f"given {quote_value(text)}" if text else "missing"
    return InvalidSetting(field, f"{given}; {kind.name} allows {', '.join(allowed)}")
