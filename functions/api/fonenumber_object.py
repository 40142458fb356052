"""A number's callbacks as the object that GET returns, and the changes that a PUT of such an object makes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from ringback.aws.dynamodb import Key
from ringback.callbacks.parse import parse_public_setting
from ringback.callbacks.rules import URL_TYPE
from ringback.catalog.payload import CATALOGUE, EventKind, Scope, lookup
from ringback.errors import InvalidSetting
from ringback.frozen import frozen
from ringback.models import Callback, CallbackType, build_owner
from ringback.ssrf.rules import Network
from ringback.storage.numbers import Callbacks

type Changes = dict[Key, Callback | None]

type Options = Mapping[str, Mapping[str, Mapping[str, object] | None] | None]
"""The fields of callbacks, by options object and block: `{"message_options": {"receive_notify": {…}}}`."""

SERVICE = lookup("messages/receive")
"""The kind of event that API 2.4's PUT of a number sets, with the fields of `SERVICE_FIELDS`."""

SERVICE_FIELDS = MappingProxyType(
    {
        "type": "With the next four fields, API 2.4's form of this request; it sets `messages/receive`.",
        "value": "A URL or an e-mail address.",
        "url_method": "The HTTP method.",
        "url_username": "The user name for HTTP Basic authentication.",
        "url_password": "The password for HTTP Basic authentication.",
    }
)
"""The fields of API 2.4's PUT of a number, each with its description."""

OLDER_NAMES = MappingProxyType({"sms_options": "message_options", "voice_options": "call_options"})
"""FoneStorm's earlier names of options objects; returned and accepted alongside the newer ones."""

ACCOUNT_KINDS = tuple(kind for kind in CATALOGUE.values() if kind.scope is Scope.ACCOUNT)
"""The kinds of event whose callback is set for a whole account."""

_NUMBER_KINDS = tuple(kind for kind in CATALOGUE.values() if kind.scope is Scope.NUMBER)

OPTIONS: Mapping[str, Mapping[str, EventKind]] = MappingProxyType(
    {
        options: {kind.short_name: kind for kind in _NUMBER_KINDS if kind.options == options}
        for options in dict.fromkeys(kind.options for kind in _NUMBER_KINDS)
    }
)
"""The kinds of event whose callback is set for a number, by options object and block."""


@frozen
class _Block:
    """The fields that a request sets for one kind of event."""

    path: str
    """The block's place in the request; empty for the top level."""
    kind: EventKind
    fields: Mapping[str, object]


def prefix_field[Result](path: str, parse: Callable[[], Result]) -> Result:
    """Call *parse* for an object at *path*, and prefix the fields of its errors with that path.

    Raises:
        InvalidSetting: as *parse* does.
    """
    try:
        return parse()
    except InvalidSetting as error:
        raise InvalidSetting(f"{path}.{error.field}" if path else error.field, error.message) from None


def to_object(fields: Mapping[str, object]) -> dict[str, object]:
    """Return the *fields* of a PUT without their envelope, if they have one.

    Raises:
        InvalidSetting: there are fields outside the envelope.
    """
    envelope = fields.get("fonenumber")
    if not isinstance(envelope, Mapping):
        return dict(fields)
    for name in fields:
        if name != "fonenumber":
            raise InvalidSetting(name, "outside the object fonenumber; put it inside, or leave out the envelope")
    return dict(envelope)


def merge(
    options: Mapping[str, Any], current: Callbacks, *, account: str, fonenumber: str, allowed: Iterable[Network]
) -> Changes:
    """Return what the blocks in *options* change; a missing or empty block changes nothing.

    Raises:
        InvalidSetting: a rule is broken; the field is named with its block.
    """
    owner = build_owner(account, fonenumber)
    wanted: dict[str, Callback | None] = {}
    for block in _blocks(options):
        kind, before = block.kind, current.get(block.kind.name)
        parse = partial(parse_public_setting, kind, block.fields, owner=owner, allowed=allowed, current=before)
        after = prefix_field(block.path, parse)
        if wanted.setdefault(kind.name, after) != after:
            raise InvalidSetting(block.path, "conflicts with type and value, which set the same callback: they differ")
    return {(owner, name): after for name, after in wanted.items() if after != current.get(name)}


def _blocks(options: Mapping[str, Any]) -> Iterator[_Block]:
    service = {name: value for name, value in options.items() if name in SERVICE_FIELDS}
    if service:
        yield _Block(path="", kind=SERVICE, fields=service)
    given = {name: blocks for name, blocks in options.items() if name not in SERVICE_FIELDS}
    for name, blocks in _without_doubles(given).items():
        for block, fields in (blocks or {}).items():
            if fields:
                kind = OPTIONS[OLDER_NAMES.get(name, name)][block]
                yield _Block(path=f"{name}.{block}", kind=kind, fields=fields)


def _without_doubles(options: Options) -> Options:
    """Drop older names from *options* that repeat the newer ones."""
    kept = dict(options)
    for older, newer in OLDER_NAMES.items():
        ours, theirs = options.get(older), options.get(newer)
        if ours is None or theirs is None:
            continue
        if ours != theirs:
            differing = [name for name in {**ours, **theirs} if ours.get(name) != theirs.get(name)]
            where = f"they differ in {', '.join(differing)}"
            raise InvalidSetting(older, f"conflicts with its alias {newer}: {where}")
        del kept[older]
    return kept


def with_older_names[Value](options: Mapping[str, Value]) -> dict[str, Value]:
    """Add to *options* the same values under their older names."""
    older = {older: options[newer] for older, newer in OLDER_NAMES.items() if newer in options}
    return {**options, **older}


def number_object(fonenumber: str, callbacks: Callbacks) -> dict[str, object]:
    """Return a number's object, with a block for every kind of event, set or not."""
    options = {
        name: {block: _block(kind, callbacks.get(kind.name)) for block, kind in kinds.items()}
        for name, kinds in OPTIONS.items()
    }
    return {"fonenumber": fonenumber, **with_older_names(options)}


def account_object(account: str, callbacks: Callbacks) -> dict[str, object]:
    """Return an account's object, with a block for every kind of event and its parts under API 2.4's names."""
    shown: dict[str, object] = {"account_id": account, "id": account}
    for kind in ACCOUNT_KINDS:
        block = as_block(callbacks.get(kind.name))
        shown |= {kind.short_name: block} | {f"{kind.short_name}_{part}": block[part] for part in ("url", "method")}
    return shown


def _block(kind: EventKind, callback: Callback | None) -> dict[str, str]:
    return as_delivery_block(callback) if kind.is_delivery else as_block(callback)


def as_block(callback: Callback | None) -> dict[str, str]:
    """Return a callback's public fields: empty strings if it is not set, and never credentials."""
    if callback is None:
        return {"type": CallbackType.NONE.value, "email": "", "url": "", "method": ""}
    method = callback.method.value if callback.method else ""
    return {"type": callback.type.value, "email": callback.email, "url": callback.url, "method": method}


def as_delivery_block(callback: Callback | None) -> dict[str, str]:
    """Return a callback's public fields under the names of FoneStorm's delivery services."""
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
