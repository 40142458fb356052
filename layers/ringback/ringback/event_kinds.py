"""What a kind of event is: its fields, and what a callback for it may be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from ringback.models import CallbackType, Method, Value


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
    fixed: Mapping[str, Value] = field(default_factory=dict)
    """Body names whose value is the same in every event of the kind."""
    example: Mapping[str, Value]
    """Data as an event of this kind has it, under body names."""
    names: Mapping[str, Field] = field(init=False, repr=False)
    """All names that a token or the platform's data may use."""

    def __post_init__(self) -> None:
        names = {name: one for one in self.fields for name in (one.token, one.body, *one.aliases)}
        object.__setattr__(self, "names", MappingProxyType(names))

    @property
    def tokens(self) -> tuple[str, ...]:
        """The names of the reference's token column."""
        return tuple(one.token for one in self.fields)
