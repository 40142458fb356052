"""The base classes of request and response models."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from ringback.text import quote_value

TIME: Any = {"format": "date-time"}
"""Schema of a string that is a time."""


def shown_as(example: Any, **schema: Any) -> ConfigDict:  # noqa: ANN401 - JSON is anything
    """Return the configuration of a model whose schema has that *example*."""
    return ConfigDict(json_schema_extra={"examples": [example], **schema})


class Input(BaseModel):
    """The fields of a request; unknown ones are refused with a list of the known ones."""

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
        """Return only the fields that the request has."""
        return self.model_dump(exclude_unset=True)


class Output(BaseModel):
    """The fields of a response, all of which are always present."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)


def examples(model: type[BaseModel] = BaseModel) -> Iterator[tuple[str, list[Any]]]:
    """Yield the examples of all models by name, with fields in their own order, which pydantic's schemas sort."""
    extra: Any = model.model_config.get("json_schema_extra") or {}
    if "examples" in extra:
        yield model.__name__, extra["examples"]
    for one in model.__subclasses__():
        yield from examples(one)
