"""docs/verify.md: its Python works as it stands."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ringback.signing import secret_of, sign

PAGE = (Path(__file__).parents[2] / "docs" / "verify.md").read_text(encoding="utf-8")
SECRET, OLD = secret_of(b"0" * 32), secret_of(b"1" * 32)


@pytest.fixture(scope="module")
def page() -> dict[str, Any]:
    """What the page defines."""
    defined: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(block, defined)  # noqa: S102 - a page of ours
    return defined


@pytest.mark.parametrize("body", [b'{"to":"3215551212","message":"caf\xc3\xa9"}', b""])
def test_its_receiver_knows_our_requests_from_others(page: dict[str, Any], body: bytes) -> None:
    now = int(datetime.now(UTC).timestamp())
    headers = {
        "webhook-id": "01a2097a9c0085c1d2f3a4b5c6d7e8f9",
        "webhook-timestamp": str(now),
        "webhook-signature": sign("01a2097a9c0085c1d2f3a4b5c6d7e8f9", now, body, [SECRET, OLD]),
    }

    assert page["is_ours"](SECRET, body, headers)
    assert page["is_ours"](OLD, body, headers)
    assert not page["is_ours"](SECRET, body + b" ", headers)
    assert not page["is_ours"](SECRET, body, headers | {"webhook-timestamp": str(now - 301)})
    assert not page["is_ours"](secret_of(b"2" * 32), body, headers)


def test_its_receiver_acts_once(page: dict[str, Any]) -> None:
    acted: list[str] = []
    seen: set[str] = set()

    answers = [page["receive"]("01a2", {}, seen, lambda _: acted.append("once")) for _ in range(2)]

    assert (answers, acted) == ([200, 200], ["once"])
