"""What is deployed has a budget: every byte of it is unpacked and imported at a cold start."""

from pathlib import Path

import pytest

BUILD = Path(__file__).parents[3] / ".aws-sam" / "build"

BUDGETS_KIB = {
    "DeliverFunction": 2_150,
    "RequeueFunction": 2_150,
    "FeedbackFunction": 2_150,
    "ApiFunction": 2_150,
    "DependenciesLayer": 13_000,
    "ApiLayer": 11_000,
}
"""Unpacked, with bytecode; about a sixth more than they are."""


@pytest.mark.skipif(not BUILD.exists(), reason="`make build` makes it")
@pytest.mark.parametrize("part", BUDGETS_KIB)
def test_what_is_deployed_keeps_its_budget(part: str) -> None:
    size = sum(path.stat().st_size for path in (BUILD / part).rglob("*") if path.is_file()) / 1024

    assert 0 < size <= BUDGETS_KIB[part]


@pytest.mark.skipif(not BUILD.exists(), reason="`make build` makes it")
@pytest.mark.parametrize("part", BUDGETS_KIB)
def test_all_code_is_deployed_compiled_for_the_runtime(part: str) -> None:
    """Lambda cannot keep what it compiles; bytecode of another version would be dead weight."""
    sources = {path.with_suffix("").relative_to(BUILD / part) for path in (BUILD / part).rglob("*.py")}
    compiled = {
        path.parent.parent.joinpath(path.name.removesuffix(".cpython-313.pyc")).relative_to(BUILD / part)
        for path in (BUILD / part).rglob("*.pyc")
    }

    assert compiled == sources
