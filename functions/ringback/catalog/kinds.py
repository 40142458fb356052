"""What a kind of event is: its fields, and what a callback for it may be."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from ringback.models import CallbackType, Method, Value

_PLURAL = re.compile(r"(?<=[sxz])es$|(?<=[cs]h)es$|s$")
"""The ending of an English plural: `calls`, `faxes`."""


class Scope(StrEnum):
    """What a kind's callback belongs to."""

    NUMBER = "number"
    ACCOUNT = "account"
    MESSAGE = "message"
    """The callback travels inside the event; no table has it."""


class FieldType(StrEnum):
    """The JSON type of a field in the body."""

    STRING = "string"
    INTEGER = "integer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One value of an event: *token* stands for it in a URL, *body* is its key in the JSON body."""

    token: str
    body: str
    type: FieldType
    meaning: str
    values: Mapping[str, str] = field(default_factory=dict)
    """Values that the reference names, with what they mean; others are delivered as they come."""
    aliases: tuple[str, ...] = ()
    """Further names that a URL or the platform may use; never a key of a body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventKind:
    """A kind of event, and what a callback for it may be."""

    name: str
    title: str
    """What happened, in words; the subject of a mail goes on with "on" and the number."""
    fields: tuple[Field, ...]
    """In the order of the body."""
    types: tuple[CallbackType, ...] = tuple(CallbackType)
    methods: tuple[Method, ...] = tuple(Method)
    https_only: bool = False
    scope: Scope = Scope.NUMBER
    is_delivery: bool = False
    """Whether what happened is itself delivered, not a notification of it: its block then has the names of FoneStorm's
    delivery services, `URL` for `Callback` and `url_method` for `method`."""
    fixed: Mapping[str, Value] = field(default_factory=dict)
    """Body names whose value is the same in every event of the kind."""
    options: str = ""
    """The object of a number that has what is set for this kind; left out, it is made of the group's name, as
    `fax_options` of `faxes/send_notify`."""
    example: Mapping[str, Value]
    """Data as an event of this kind has it, under body names."""
    names: Mapping[str, Field] = field(init=False, repr=False)
    """All names that a token or the platform's data may use."""

    def __post_init__(self) -> None:
        names = {name: one for one in self.fields for name in (one.token, one.body, *one.aliases)}
        object.__setattr__(self, "names", MappingProxyType(names))
        object.__setattr__(self, "options", self.options or f"{_PLURAL.sub('', self.group)}_options")

    @property
    def group(self) -> str:
        """The first part of its name, a plural."""
        return self.name.split("/")[0]

    @property
    def short_name(self) -> str:
        """The second part of its name: what its block is called among the options."""
        return self.name.split("/")[1]

    @property
    def tokens(self) -> tuple[str, ...]:
        """The names of the reference's token column."""
        return tuple(one.token for one in self.fields)
