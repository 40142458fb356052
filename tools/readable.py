"""Write CloudFormation's expressions as a reader says them: `{"Ref": "Api"}` is `${Api}`, in a text or alone."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

NAME = re.compile(r"\$\{(?P<resource>\w+)(?:\.(?P<attribute>[\w.]+))?\}")
"""A whole resource or parameter, or one attribute of a resource; `${AWS::Region}` and the like are neither."""


def readable(value: object) -> str:
    """Return *value* on one line; whatever is neither text nor an expression with a shorter form is JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and len(value) == 1:
        ((function, argument),) = value.items()
        if function in _FORMS:
            return _FORMS[function](argument)
    return json.dumps(value)


def as_list(value: Any) -> list[Any]:  # noqa: ANN401 - a template's, which has no types
    """Return as a list what CloudFormation and IAM accept as one value or many; None becomes an empty list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _attribute(argument: list[str] | str) -> str:
    return f"${{{argument if isinstance(argument, str) else '.'.join(argument)}}}"


def _substituted(argument: str | tuple[str, Mapping[str, object]]) -> str:
    if isinstance(argument, str):
        return argument
    text, names = argument
    for name, value in names.items():
        text = text.replace(f"${{{name}}}", readable(value))
    return text


def _part(argument: tuple[object, object]) -> str:
    index, parts = argument
    return f"(part {readable(index)} of {readable(parts)})"


_FORMS: Mapping[str, Callable[[Any], str]] = {
    "Ref": lambda name: f"${{{name}}}",
    "Fn::GetAtt": _attribute,
    "Fn::Sub": _substituted,
    "Fn::Join": lambda argument: argument[0].join(map(readable, argument[1])),
    "Fn::If": lambda argument: f"({readable(argument[1])} if {argument[0]}, else {readable(argument[2])})",
    "Fn::Select": _part,
    "Fn::Split": lambda argument: f"{readable(argument[1])} split at {argument[0]}",
}
