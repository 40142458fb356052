"""A function's settings: read from its variables, and refused where one is missing or wrong."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from ringback.config import (
    InvalidVariable,
    MissingVariable,
    parse_days,
    parse_list,
    read_config,
    variable,
    variable_names,
)


@dataclass(frozen=True, kw_only=True)
class Example:
    table: str
    burst: int
    kept: timedelta = field(metadata=variable(parse_days, name="RETENTION_DAYS"))
    newer: tuple[str, ...] = field(default=("a",), metadata=variable(parse_list))


GIVEN = {"TABLE": "", "BURST": "20", "RETENTION_DAYS": "30"}


def test_each_field_is_read_from_its_variable() -> None:
    read = read_config(Example, GIVEN | {"NEWER": "b,,c", "OTHER": "x"})

    assert read == Example(table="", burst=20, kept=timedelta(days=30), newer=("b", "c"))


def test_a_field_with_a_default_does_not_need_its_variable() -> None:
    assert read_config(Example, GIVEN).newer == ("a",)
    assert variable_names(Example) == ("TABLE", "BURST", "RETENTION_DAYS", "NEWER")
    assert variable_names(Example, required_only=True) == ("TABLE", "BURST", "RETENTION_DAYS")


def test_all_missing_variables_are_named_and_no_value_of_another() -> None:
    with pytest.raises(MissingVariable, match=r"^not set: TABLE, RETENTION_DAYS; ") as caught:
        read_config(Example, {"BURST": "planted"})

    assert "planted" not in str(caught.value)


@pytest.mark.parametrize("name", ["BURST", "RETENTION_DAYS"])
def test_an_invalid_value_is_not_repeated(name: str) -> None:
    with pytest.raises(InvalidVariable, match=f"^{name}: ") as caught:
        read_config(Example, GIVEN | {name: "planted"})

    assert "planted" not in str(caught.value)
    assert caught.value.__suppress_context__
