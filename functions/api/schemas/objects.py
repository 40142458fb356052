"""Models of a number and an account with all their callbacks, derived from the catalogue."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Discriminator, Field, Tag, create_model

from api.fonenumber_object import (
    ACCOUNT_KINDS,
    OLDER_NAMES,
    OPTIONS,
    SERVICE_FIELDS,
    account_object,
    number_object,
    with_older_names,
)
from api.schemas.base import Input, Output, shown_as
from api.schemas.callbacks import HEALTH, URL, Block, CallbackFields, DeliveryBlock, DeliveryFields, Health
from ringback.callbacks.identifiers import FONENUMBER_PATTERN
from ringback.callbacks.parse import parse_public_setting
from ringback.catalog.payload import EventKind, lookup

_NOTIFY = lookup("messages/receive_notify")
_SET = parse_public_setting(_NOTIFY, {"type": "Callback", "url": URL, "method": "GET"}, owner="", allowed=())
_NUMBER: dict[str, Any] = number_object("3215551212", {_NOTIFY.name: _SET} if _SET else {})
_CDR = lookup("accounts/cdr_notify")
_RECORDS = parse_public_setting(_CDR, {"url": "https://my.example.com/cdr", "method": "JSON"}, owner="", allowed=())


def _derived[Model: BaseModel](name: str, base: type[Model], fields: Mapping[str, Any]) -> type[Model]:
    """Derive a model from *base* with more *fields*."""
    return create_model(name, __base__=base, __module__=__name__, __doc__=base.__doc__, **fields)


class _OptionsInput(Input):
    """The callbacks for one group of events; a missing or empty block leaves its callback unchanged."""


class _Options(Output):
    """The callbacks for one group of events."""


class _FonenumberFields(Input):
    """A number's callbacks; a missing or empty block leaves its callback unchanged."""


class _FonenumberInput(Input):
    """What GET returns or a part of it, with or without the envelope `fonenumber`; or the form of API 2.4."""

    model_config = shown_as({"fonenumber": _NUMBER})


class _Fonenumber(Output):
    """A number with all its callbacks."""

    fonenumber: str


class _Account(Output):
    """An account with its own callbacks."""

    account_id: str
    id: str = Field(description="The same as `account_id`.")


def _model_name(options: str) -> str:
    """Return the name of the model for an options object, as in `MessageOptions`."""
    return options.title().replace("_", "")


def _older_name_of(options: str) -> dict[str, Any]:
    newer = OLDER_NAMES.get(options)
    return {"description": f"An older name for `{newer}`."} if newer else {}


def _fields_of(kind: EventKind) -> type[CallbackFields]:
    return DeliveryFields if kind.is_delivery else CallbackFields


def _block_of(kind: EventKind) -> type[Output]:
    return DeliveryBlock if kind.is_delivery else Block


_INPUTS = with_older_names(
    {
        options: _derived(
            f"{_model_name(options)}Input",
            _OptionsInput,
            {name: (_fields_of(kind) | None, None) for name, kind in kinds.items()},
        )
        for options, kinds in OPTIONS.items()
    }
)
_OUTPUTS = with_older_names(
    {
        options: _derived(_model_name(options), _Options, {name: _block_of(kind) for name, kind in kinds.items()})
        for options, kinds in OPTIONS.items()
    }
)
_OF_THE_PATH = Field(
    default=None,
    description="The number in the path; may be left out.",
    json_schema_extra={"pattern": FONENUMBER_PATTERN},
)
_BLOCKS = {
    options: (model | None, Field(default=None, deprecated=options in OLDER_NAMES, **_older_name_of(options)))
    for options, model in _INPUTS.items()
}

if TYPE_CHECKING:  # mypy does not know derived models; their bases stand for them
    FonenumberFields = _FonenumberFields
    FonenumberInput = _FonenumberInput
    Fonenumber = _Fonenumber
    Account = _Account
else:
    FonenumberFields = _derived(
        "FonenumberFields", _FonenumberFields, {"fonenumber": (str | None, _OF_THE_PATH), **_BLOCKS}
    )
    _OBJECT_OR_NUMBER = Annotated[
        Annotated[FonenumberFields, Tag("{object}")] | Annotated[str | None, Tag("{number}")],
        Discriminator(lambda given: "{number}" if given is None or isinstance(given, str) else "{object}"),
    ]
    FonenumberInput = _derived(
        "FonenumberInput",
        _FonenumberInput,
        {
            "fonenumber": (
                _OBJECT_OR_NUMBER,
                Field(default=None, description="The object with all fields, or the number in the path."),
            ),
            **_BLOCKS,
            **{
                name: (str | None, Field(default=None, description=about, deprecated=True))
                for name, about in SERVICE_FIELDS.items()
            },
        },
    )
    Fonenumber = _derived(
        "Fonenumber",
        _Fonenumber,
        {options: (model, Field(**_older_name_of(options))) for options, model in _OUTPUTS.items()},
    )
    Account = _derived(
        "Account",
        _Account,
        {kind.short_name: Block for kind in ACCOUNT_KINDS}
        | {f"{kind.short_name}_{part}": str for kind in ACCOUNT_KINDS for part in ("url", "method")},
    )


class FonenumberAnswer(Output):
    """One number."""

    model_config = shown_as({"fonenumber": _NUMBER})

    fonenumber: Fonenumber


class FonenumbersAnswer(Output):
    """A page of numbers in lexical order: those with a + come first."""

    model_config = shown_as({"fonenumbers": [_NUMBER], "health": [HEALTH], "cursor": None})

    fonenumbers: list[Fonenumber] | list[str] = Field(
        description="The numbers as objects, or with `filter=fonenumbers` as digits only."
    )
    health: list[Health] | None = Field(
        description="The health of the same numbers, with `with=health`; otherwise null."
    )
    cursor: str | None = Field(description="For the next page; null on the last page.")


class AccountAnswer(Output):
    """The account's own callbacks."""

    model_config = shown_as({"account": account_object("1000001", {_CDR.name: _RECORDS} if _RECORDS else {})})

    account: Account
