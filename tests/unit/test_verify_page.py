"""What docs/verify.md and docs/order.md tell receivers to do; their servers are run by the integration suite."""

import re
from itertools import permutations
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"


def defined(page: str, name: str) -> Any:
    """The function *name* of a page."""
    [block] = re.findall(rf"```python\n(def {name}\(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(block, names)  # noqa: S102 - a page of ours
    return names[name]


def test_its_receiver_acts_once() -> None:
    acted: list[str] = []
    seen: set[str] = set()
    receive = defined("verify.md", "receive")

    answers = [receive("01a2", {}, seen, lambda _: acted.append("once")) for _ in range(2)]

    assert (answers, acted) == ([200, 200], ["once"])


def test_a_call_ends_as_it_ended_in_whatever_order_its_events_arrive() -> None:
    happened = defined("order.md", "happened")
    events = (
        ("BEGIN", "2026-11-23T17:36:00.000Z"),
        ("ANSWER", "2026-11-23T17:36:09.500Z"),
        ("END", "2026-11-24T00:00:00.000Z"),
    )

    for order in permutations(events):
        calls: dict[str, tuple[str, str]] = {}
        for status, time in order:
            happened(calls, "1", status, time)
        assert calls == {"1": events[-1]}
