"""What pydantic found, said as our own rules say it: the field, what was given, what is allowed."""

from collections.abc import Mapping, Sequence
from typing import Any

from ringback.setting_fields import PRIVATE
from ringback.texts import kind_of, shown

MOST_NAMED = 5
"""Errors that one message names."""

WANTED = {
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "dict_type": "an object",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "int_from_float": "a whole number",
    "list_type": "a list",
    "model_attributes_type": "an object",
    "model_type": "an object",
    "string_type": "text",
}
"""What a field takes, by pydantic's name for the error; its value is not one."""

SECRET = PRIVATE | {"username", "password", "secret"}
"""Fields whose values no message repeats."""


def described(errors: Sequence[Mapping[str, Any]]) -> str:
    """One sentence for each of *errors*, none with the value of a field that was given as text."""
    sentences = [f"{_path(error)}: {_sentence(error)}" for error in errors[:MOST_NAMED]]
    more = len(errors) - len(sentences)
    return "; ".join(sentences) + (f"; and {more} more" if more > 0 else "")


def _path(error: Mapping[str, Any]) -> str:
    place, *path = error["loc"]
    field = error.get("ctx", {}).get("field")
    parts = [part for part in map(str, path) if not part.startswith("{")]  # those name a shape that it may have
    return ".".join((*parts, *([field] if field else []))) or str(place)


def _sentence(error: Mapping[str, Any]) -> str:
    kind, context, given = error["type"], error.get("ctx", {}), error.get("input")
    if kind == "missing":
        return "missing"
    if kind in WANTED:
        told = kind_of(given) if error["loc"][-1] in SECRET else shown(given)
        return f"given {told}; it takes {WANTED[kind]}"
    if kind in {"enum", "literal_error"}:
        return f"given {shown(given)}; allowed: {_listed(context['expected'])}"
    if kind in {"greater_than_equal", "less_than_equal"}:
        least = "ge" in context
        return f"given {shown(given)}; it takes {'at least' if least else 'at most'} {context['ge' if least else 'le']}"
    return str(error["msg"])


def _listed(expected: str) -> str:
    return expected.replace("'", "").replace(" or ", ", ")
