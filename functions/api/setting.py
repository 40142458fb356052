"""What a request makes of a number's callbacks: replaced by POST, merged block by block by PUT."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import MappingProxyType

from api.numbers import Callbacks
from ringback.addresses import Network, refusal_of_host
from ringback.callbacks import as_block, parse_setting
from ringback.catalogue import CATALOGUE, EventKind, Scope
from ringback.errors import InvalidSetting
from ringback.models import Callback, owner_of
from ringback.tables import Key
from ringback.urls import parse_url

type Changes = dict[Key, Callback | None]
type Options = Mapping[str, Mapping[str, Mapping[str, object] | None] | None]

OPTIONS = MappingProxyType({"messages": "message_options", "calls": "call_options", "faxes": "fax_options"})
"""The object of a number that holds the blocks of a group of events."""

OLDER_NAMES = MappingProxyType({"sms_options": "message_options", "voice_options": "call_options"})
"""Accepted in their place."""


def block_of(kind: EventKind) -> tuple[str, str]:
    """Where a number's object has the block of *kind*: the options, and its name there."""
    group, name = kind.name.split("/")
    return OPTIONS[group], name


KINDS: Mapping[tuple[str, str], EventKind] = MappingProxyType(
    {block_of(kind): kind for kind in CATALOGUE.values() if kind.scope is Scope.NUMBER}
)
"""The kinds that a number's callbacks are for, by their blocks."""


def whole(fonenumber: str, callbacks: Callbacks) -> dict[str, object]:
    """A number's object: a block for every kind, set or not."""
    shown: dict[str, object] = {"fonenumber": fonenumber}
    for (options, name), kind in KINDS.items():
        blocks = shown.setdefault(options, {})
        assert isinstance(blocks, dict)  # noqa: S101 - it was made a line above
        blocks[name] = as_block(callbacks.get(kind.name))
    return shown


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
    return callback and reachable(callback, allowed)


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
        raise InvalidSetting(f"{path}.{error.field}", error.message) from None


def merged(
    options: Options, current: Callbacks, *, account: str, fonenumber: str, allowed: Iterable[Network]
) -> Changes:
    """What the blocks in *options* change; a block that is missing or empty changes nothing.

    Raises:
        InvalidSetting: a rule is broken; the field is named with its block.
    """
    owner = owner_of(account, fonenumber)
    changes: Changes = {}
    for group, blocks in _named_alike(options).items():
        for name, fields in (blocks or {}).items():
            kind = KINDS[group, name]
            if fields:
                before = current.get(kind.name)
                parse = partial(replaced, kind, fields, owner=owner, allowed=allowed, current=before)
                after = within(f"{group}.{name}", parse)
                if after != before:
                    changes[owner, kind.name] = after
    return changes


def _named_alike(options: Options) -> Options:
    """*options* under their newer names."""
    alike = {name: blocks for name, blocks in options.items() if name not in OLDER_NAMES}
    for older, newer in OLDER_NAMES.items():
        if options.get(older) is None:
            continue
        if alike.get(newer) not in (None, options[older]):
            raise InvalidSetting(older, f"in conflict with {newer}, another name of it: they differ")
        alike[newer] = options[older]
    return alike
