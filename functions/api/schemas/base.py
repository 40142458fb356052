"""What all inputs and answers have in common."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from ringback.text import quote_value

TIME: Any = {"format": "date-time"}
"""Marks a text that is a time in UTC, ISO 8601."""


def shown_as(example: Any, **schema: Any) -> ConfigDict:  # noqa: ANN401 - JSON is anything
    """The configuration of a model whose schema shows *example*."""
    return ConfigDict(json_schema_extra={"examples": [example], **schema})


class Input(BaseModel):
    """Fields of a request; any that it does not have is refused, with those that it has."""

    model_config = ConfigDict(extra="forbid", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _known(cls, fields: object) -> object:
        if isinstance(fields, Mapping):
            for name in fields:
                if name not in cls.model_fields:
                    allowed = ", ".join(cls.model_fields)
                    context = {"field": quote_value(name).strip('"'), "allowed": allowed}
                    raise PydanticCustomError("unknown_field", "unknown field; allowed: {allowed}", context)
        return fields

    def given(self) -> dict[str, Any]:
        """The fields that the request named."""
        return self.model_dump(exclude_unset=True)


def examples(model: type[BaseModel] = BaseModel) -> Iterator[tuple[str, list[Any]]]:
    """The examples of all models by name, in their own order: pydantic sorts the fields of those in its schemas."""
    extra: Any = model.model_config.get("json_schema_extra") or {}
    if "examples" in extra:
        yield model.__name__, extra["examples"]
    for one in model.__subclasses__():
        yield from examples(one)


class Output(BaseModel):
    """Fields of an answer; all of them are always there."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)
