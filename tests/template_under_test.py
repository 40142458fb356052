"""The template that tests look at: the stack's, or the copy that the variable TEMPLATE names."""

import os
from functools import cache
from pathlib import Path

from local.template import Template, load, translate

PROJECT = Path(__file__).parents[1]


def path_under_test() -> Path:
    return Path(os.environ.get("TEMPLATE", PROJECT / "template.yaml"))


@cache
def written(path: Path) -> Template:
    return load(path)


@cache
def translated(path: Path) -> Template:
    return translate(load(path), {})
