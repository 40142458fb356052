"""Describe a kind of event: its fields, and what its callback may be."""

import re
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from types import MappingProxyType

from ringback.frozen import frozen
from ringback.models import CallbackType, Method, Value

_PLURAL = re.compile(r"(?<=[sxz])es$|(?<=[cs]h)es$|s$")
"""The plural ending of an English noun: `calls`, `faxes`."""


class Scope(StrEnum):
    """What a callback of a kind belongs to."""

    NUMBER = "number"
    ACCOUNT = "account"
    MESSAGE = "message"
    """The callback travels inside the event and is not stored."""


class FieldType(StrEnum):
    """The JSON type of a field in the body."""

    STRING = "string"
    INTEGER = "integer"


@frozen
class Field:
    """One value of an event; *token* stands for it in a URL, and *body* is its key in the JSON body."""

    token: str
    body: str
    type: FieldType
    meaning: str
    values: Mapping[str, str] = field(default_factory=dict)
    """The values in the reference, with their meanings; other values are delivered unchanged."""
    aliases: tuple[str, ...] = ()
    """More names that a URL or the platform may use; never a key of a body."""


@frozen
class EventKind:
    """A kind of event, and what its callback may be."""

    name: str
    title: str
    """What happened, in words; the subject of a mail continues with "on" and the number."""
    fields: tuple[Field, ...]
    """In the order of the body."""
    types: tuple[CallbackType, ...] = tuple(CallbackType)
    methods: tuple[Method, ...] = tuple(Method)
    https_only: bool = False
    scope: Scope = Scope.NUMBER
    is_delivery: bool = False
    """Whether the message itself is delivered, rather than a notification of it. Its block then uses the names of
    FoneStorm's delivery services: `URL` for `Callback`, and `url_method` for `method`."""
    fixed: Mapping[str, Value] = field(default_factory=dict)
    """Values, by body names, that are the same in every event of the kind."""
    options: str = ""
    """The object of a number that holds this kind's callback; by default it is named after the group, as `fax_options`
    for `faxes/send_notify`."""
    example: Mapping[str, Value]
    """An example of the kind's data, under body names."""
    names: Mapping[str, Field] = field(init=False, repr=False)
    """All names that tokens and the platform's data may use."""

    def __post_init__(self) -> None:
        names = {name: one for one in self.fields for name in (one.token, one.body, *one.aliases)}
        object.__setattr__(self, "names", MappingProxyType(names))
        object.__setattr__(self, "options", self.options or f"{_PLURAL.sub('', self.group)}_options")

    @property
    def group(self) -> str:
        """The first part of the name, a plural."""
        return self.name.split("/")[0]

    @property
    def short_name(self) -> str:
        """The second part of the name, which is the name of its block among the options."""
        return self.name.split("/")[1]

    @property
    def tokens(self) -> tuple[str, ...]:
        """The names in the reference's token column."""
        return tuple(one.token for one in self.fields)
