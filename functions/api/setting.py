"""What a request makes of a number's callbacks: replaced by POST, merged block by block by PUT."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from api.blocks import OLDER_NAMES, OPTIONS
from api.numbers import Callbacks
from ringback.addresses import Network, refusal_of_host
from ringback.callbacks import field_names, parse_setting
from ringback.catalogue import EventKind, lookup
from ringback.errors import InvalidSetting
from ringback.models import Callback, owner_of
from ringback.setting_fields import name_as_given
from ringback.tables import Key
from ringback.urls import parse_url

type Changes = dict[Key, Callback | None]
type Options = Mapping[str, Mapping[str, Mapping[str, object] | None] | None]
"""Fields of callbacks, by the names of their blocks, by the names of their options."""

SERVICE = lookup("messages/receive")
"""What API 2.4's PUT of a number sets, a form of `SERVICE_FIELDS`."""

SERVICE_FIELDS = MappingProxyType(
    {
        "type": "With the next four, API 2.4's form of this request: what `POST /v2/messages/receive` sets.",
        "value": "A URL, or an address.",
        "url_method": "The method.",
        "url_username": "For HTTP Basic.",
        "url_password": "As above.",
    }
)
"""Each with what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """What a request sets for one kind of event."""

    path: str
    """Where the request has it; empty: at the top."""
    kind: EventKind
    fields: Mapping[str, object]


def replaced(
    kind: EventKind,
    fields: Mapping[str, object],
    *,
    owner: str,
    allowed: Iterable[Network],
    current: Callback | None = None,
) -> Callback | None:
    """What *fields* set for *kind*, in place of whatever was set, or amending *current*.

    Raises:
        InvalidSetting: a rule is broken.
    """
    callback = parse_setting(kind.name, fields, owner=owner, current=current)
    try:
        return callback and reachable(callback, allowed)
    except InvalidSetting as error:
        raise name_as_given(error, fields, field_names(kind, fields)) from None


def reachable(callback: Callback, allowed: Iterable[Network]) -> Callback:
    """The same callback, unless its URL shows already that the guard would refuse it.

    Raises:
        InvalidSetting: it does.
    """
    reason = refusal_of_host(parse_url(callback.url).host, allowed) if callback.url else None
    if reason:
        raise InvalidSetting("url", f"{reason}; callbacks go to public addresses only")
    return callback


def within[Result](path: str, parse: Callable[[], Result]) -> Result:
    """What *parse* makes of an object at *path*; its errors name their fields from there.

    Raises:
        InvalidSetting: as *parse* does.
    """
    try:
        return parse()
    except InvalidSetting as error:
        raise InvalidSetting(f"{path}.{error.field}" if path else error.field, error.message) from None


def opened(fields: Mapping[str, object]) -> dict[str, object]:
    """The *fields* of a PUT without their envelope, where they have one.

    Raises:
        InvalidSetting: something stands beside the envelope.
    """
    envelope = fields.get("fonenumber")
    if not isinstance(envelope, Mapping):
        return dict(fields)
    for name in fields:
        if name != "fonenumber":
            raise InvalidSetting(name, "beside the object fonenumber; put it into that, or all of that here")
    return dict(envelope)


def merged(
    options: Mapping[str, Any], current: Callbacks, *, account: str, fonenumber: str, allowed: Iterable[Network]
) -> Changes:
    """What the blocks in *options* change; a block that is missing or empty changes nothing.

    Raises:
        InvalidSetting: a rule is broken; the field is named with its block.
    """
    owner = owner_of(account, fonenumber)
    wanted: dict[str, Callback | None] = {}
    for block in _blocks(options):
        kind, before = block.kind, current.get(block.kind.name)
        parse = partial(replaced, kind, block.fields, owner=owner, allowed=allowed, current=before)
        after = within(block.path, parse)
        if wanted.setdefault(kind.name, after) != after:
            raise InvalidSetting(block.path, "in conflict with type and value, which mean the same: they differ")
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
            raise InvalidSetting(older, f"in conflict with {newer}, another name of it: {where}")
        del kept[older]
    return kept
