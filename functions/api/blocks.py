"""What the API shows of a number or an account: a block for each kind of event in the catalogue."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from api.numbers import Callbacks
from ringback.callbacks import as_block, as_delivery_block
from ringback.catalogue import CATALOGUE, EventKind, Scope
from ringback.models import Callback

OLDER_NAMES = MappingProxyType({"sms_options": "message_options", "voice_options": "call_options"})
"""What FoneStorm called the options of a group before, and still does; shown and accepted beside the newer name."""


def _by_options(kinds: Iterable[EventKind]) -> Mapping[str, Mapping[str, EventKind]]:
    options: dict[str, dict[str, EventKind]] = {}
    for kind in kinds:
        options.setdefault(kind.options, {})[kind.short_name] = kind
    return MappingProxyType(options)


OPTIONS = _by_options(kind for kind in CATALOGUE.values() if kind.scope is Scope.NUMBER)
"""The kinds that are set for a number: the name of an options object, the name of a block in it, its kind."""

ACCOUNT_KINDS = tuple(kind for kind in CATALOGUE.values() if kind.scope is Scope.ACCOUNT)
"""The kinds that are set for a whole account."""


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
