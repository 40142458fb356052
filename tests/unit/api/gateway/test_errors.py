"""What pydantic found, in our words."""

from enum import StrEnum
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from api.gateway.errors import MAX_NAMED, describe_validation
from api.schemas.base import Input


class Color(StrEnum):
    RED = "red"
    DARK_BLUE = "dark blue"


class Inner(Input):
    text: str | None = None


class Outer(Input):
    inner: Inner | None = None
    flag: bool = False
    needed: str


def message(model: type[Any], value: object) -> str:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(model).validate_python(value)
    return describe_validation([{**error, "loc": ("body", *error["loc"])} for error in caught.value.errors()])


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({}, "needed: missing"),
        ({"needed": 1}, "needed: given 1; expected text"),
        ({"needed": ["x"]}, "needed: given a list; expected text"),
        ({"needed": "", "inner": "x"}, 'inner: given "x"; expected an object'),
        ({"needed": "", "inner": {"text": True}}, "inner.text: given true; expected text"),
        ({"needed": "", "inner": {"test": ""}}, "inner.test: unknown field; allowed: text"),
        ({"needed": "", "flag": "yes"}, 'flag: given "yes"; expected true or false'),
        ({"needed": "", "é": 1}, "\\u00e9: unknown field; allowed: inner, flag, needed"),
        ({"inner": {"text": 1}}, "inner.text: given 1; expected text; needed: missing"),
    ],
)
def test_a_sentence_names_the_field_what_was_given_and_what_it_takes(value: object, sentence: str) -> None:
    assert message(Outer, value) == sentence


@pytest.mark.parametrize(
    ("kind", "value", "sentence"),
    [
        (Annotated[int, Field(ge=1, le=100)], "x", 'given "x"; expected a whole number'),
        (Annotated[int, Field(ge=1, le=100)], "0", 'given "0"; must be at least 1'),
        (Annotated[int, Field(ge=1, le=100)], "101", 'given "101"; must be at most 100'),
        (Annotated[int, Field(ge=1, le=100)], "9" * 5_000, f'given "{"9" * 79}…; expected a whole number'),
        (Annotated[int, Field(ge=1, le=100)], ["1", "2"], "given a list; expected a whole number"),
        (Color, "green", 'given "green"; allowed: red, dark blue'),
    ],
)
def test_numbers_and_choices_say_what_is_allowed(kind: type[Any], value: object, sentence: str) -> None:
    assert message(kind, value) == f"body: {sentence}"


@pytest.mark.parametrize("name", ["url", "url_username", "url_password", "username", "password", "secret"])
@pytest.mark.parametrize(("given", "told"), [(4711, "a number"), ([4711], "a list"), ({"a": 4711}, "an object")])
def test_what_should_have_been_a_secret_is_not_repeated(name: str, given: object, told: str) -> None:
    model = type("Model", (BaseModel,), {"__annotations__": {name: str}})

    assert message(model, {name: given}) == f"{name}: given {told}; expected text"


def test_a_long_list_of_mistakes_is_cut() -> None:
    fields: Any = {f"field{number}": (str, ...) for number in range(MAX_NAMED + 2)}
    model = type("Model", (BaseModel,), {"__annotations__": {name: kind for name, (kind, _) in fields.items()}})

    assert message(model, {}).endswith("field4: missing; and 2 more")
