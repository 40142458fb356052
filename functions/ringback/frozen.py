"""Define classes of keyword arguments whose instances do not change."""

from dataclasses import dataclass, field
from typing import dataclass_transform


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def frozen[Class](cls: type[Class]) -> type[Class]:
    """Make *cls* a dataclass that is frozen for mypy, but not at run time.

    Python creates an instance of a dataclass that is frozen at run time six times as slowly, and a delivery takes a
    dozen of them.
    """
    return dataclass(slots=True, kw_only=True, unsafe_hash=True)(cls)
