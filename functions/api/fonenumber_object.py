"""What a request makes of a number's callbacks: replaced by POST, merged block by block by PUT."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from ringback.aws.dynamodb import Key
from ringback.callbacks.parse import parse_public_setting
from ringback.callbacks.rules import URL_TYPE
from ringback.catalog.payload import CATALOGUE, EventKind, Scope, lookup
from ringback.errors import InvalidSetting
from ringback.models import Callback, CallbackType, build_owner
from ringback.ssrf.rules import Network
from ringback.storage.numbers import Callbacks

type Changes = dict[Key, Callback | None]

type Options = Mapping[str, Mapping[str, Mapping[str, object] | None] | None]
"""Fields of callbacks, by the names of their blocks, by the names of their options."""

SERVICE = lookup("messages/receive")
"""What API 2.4's PUT of a number sets, a form of `SERVICE_FIELDS`."""

SERVICE_FIELDS = MappingProxyType(
    {
        "type": "With the next four fields, API 2.4's form of this request; it sets `messages/receive`.",
        "value": "A URL or an e-mail address.",
        "url_method": "The HTTP method.",
        "url_username": "The user name for HTTP Basic authentication.",
        "url_password": "The password for HTTP Basic authentication.",
    }
)
"""Each with what it is."""

OLDER_NAMES = MappingProxyType({"sms_options": "message_options", "voice_options": "call_options"})
"""What FoneStorm called the options of a group before, and still does; shown and accepted beside the newer name."""

ACCOUNT_KINDS = tuple(kind for kind in CATALOGUE.values() if kind.scope is Scope.ACCOUNT)
"""The kinds that are set for a whole account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """What a request sets for one kind of event."""

    path: str
    """Where the request has it; empty: at the top."""
    kind: EventKind
    fields: Mapping[str, object]


def prefix_field[Result](path: str, parse: Callable[[], Result]) -> Result:
    """What *parse* makes of an object at *path*; its errors name their fields from there.

    Raises:
        InvalidSetting: as *parse* does.
    """
    try:
        return parse()
    except InvalidSetting as error:
        raise InvalidSetting(f"{path}.{error.field}" if path else error.field, error.message) from None


def to_object(fields: Mapping[str, object]) -> dict[str, object]:
    """The *fields* of a PUT without their envelope, where they have one.

    Raises:
        InvalidSetting: something stands beside the envelope.
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
    """What the blocks in *options* change; a block that is missing or empty changes nothing.

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
    """*options* without an older name beside the newer one."""
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


def _by_options(kinds: Iterable[EventKind]) -> Mapping[str, Mapping[str, EventKind]]:
    options: dict[str, dict[str, EventKind]] = {}
    for kind in kinds:
        options.setdefault(kind.options, {})[kind.short_name] = kind
    return MappingProxyType(options)


OPTIONS = _by_options(kind for kind in CATALOGUE.values() if kind.scope is Scope.NUMBER)
"""The kinds that are set for a number: the name of an options object, the name of a block in it, its kind."""


def with_older_names[Value](options: Mapping[str, Value]) -> dict[str, Value]:
    """*options*, and the same under those older names that they have."""
    older = {older: options[newer] for older, newer in OLDER_NAMES.items() if newer in options}
    return {**options, **older}


def number_object(fonenumber: str, callbacks: Callbacks) -> dict[str, object]:
    """A number's object: a block for every kind, set or not."""
    options = {
        name: {block: _block(kind, callbacks.get(kind.name)) for block, kind in kinds.items()}
        for name, kinds in OPTIONS.items()
    }
    return {"fonenumber": fonenumber, **with_older_names(options)}


def account_object(account: str, callbacks: Callbacks) -> dict[str, object]:
    """An account's object: a block for every kind, and its parts under the names that clients of API 2.4 read."""
    shown: dict[str, object] = {"account_id": account, "id": account}
    for kind in ACCOUNT_KINDS:
        block = as_block(callbacks.get(kind.name))
        shown |= {kind.short_name: block} | {f"{kind.short_name}_{part}": block[part] for part in ("url", "method")}
    return shown


def _block(kind: EventKind, callback: Callback | None) -> dict[str, str]:
    return as_delivery_block(callback) if kind.is_delivery else as_block(callback)


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
