"""Choose what may be shown of a dead letter's body: whose it is and its structure, but nothing that a person wrote."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from deliver.messages import message_in
from ringback.errors import MalformedEvent
from ringback.text import quote_value

MAX_NAMES = 20
"""Fields of one object that are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a body tells without its texts."""

    about: Mapping[str, str]
    """Account, number, event or delivery, as far as they can be read."""
    fields: tuple[str, ...]
    """Names only; those inside an object such as `data` are in brackets behind its own."""


def parse_content(body: str) -> Content:
    """Return what may be shown of *body*."""
    try:
        message = message_in(body)
    except MalformedEvent as malformed:
        return Content(about={"content": malformed.reason}, fields=())
    return Content(about=dict(_about(message)), fields=tuple(_names(message, deep=True)))


def _about(message: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    account, _, fonenumber = str(message.get("owner", "")).rpartition("#")
    owner = {"account": account, "fonenumber": fonenumber} if account else {}
    for name in ("account", "fonenumber", "event", "delivery"):
        if (value := {**owner, **message}.get(name)) is not None:
            yield name, _plain(value)


def _names(fields: Mapping[str, Any], *, deep: bool = False) -> Iterator[str]:
    for name, value in islice(fields.items(), MAX_NAMES):
        inside = ", ".join(_names(value)) if deep and isinstance(value, dict) else ""
        yield f"{_plain(name)} ({inside})" if inside else _plain(name)
    if len(fields) > MAX_NAMES:
        yield "…"


def _plain(value: object) -> str:
    return quote_value(value).strip('"')
