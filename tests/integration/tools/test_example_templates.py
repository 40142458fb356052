"""The templates of docs/, as CloudFormation would get them."""

from pathlib import Path

import pytest

from local.template import load
from tools.lint_template import complaints

EXAMPLES = sorted((Path(__file__).parents[3] / "docs").glob("*.yaml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_is_a_good_template(path: Path) -> None:
    assert complaints(load(path)) == []
