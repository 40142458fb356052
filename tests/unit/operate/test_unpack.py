"""`make unpack`."""

import io
import json
from base64 import b64encode
from typing import Any

import pytest

from local.errors import LocalError
from operate.unpack import items_in, main, shown
from tests import stored


def printed(case: str) -> dict[str, Any]:
    """A sample as the AWS CLI prints it."""
    item: dict[str, Any] = stored.cases("delivery", 1)[case]
    return item | {"packed": {"B": b64encode(item["packed"]["B"]).decode()}}


def test_a_delivery_is_shown_with_its_attempts_and_its_times_and_without_texts() -> None:
    delivery = shown(printed("due_soon"), bodies=False)

    assert "data" not in delivery
    assert delivery["status"] == "pending"
    assert (delivery["time"], delivery["created"]) == ("2026-11-23T17:35:59.123Z", "2026-11-23T17:36:00.123Z")
    assert delivery["due"] == "2026-11-23T17:36:05.123Z"
    [attempt] = delivery["attempts"]
    assert (attempt["at"], attempt["status"], attempt["excerpt"]) == ("2026-11-23T17:36:00.123Z", 503, "busy")


def test_with_bodies_it_has_the_event_s_data() -> None:
    assert shown(printed("of_an_account"), bodies=True)["data"] == {"uid": "c1", "duration": 17}


def test_what_was_changed_in_place_counts() -> None:
    assert shown(printed("failed") | {"tries": {"N": "0"}}, bodies=False)["tries"] == "0"


def test_it_takes_whatever_the_cli_prints() -> None:
    """Of a get-item, of a query, and of either with `--query`."""
    item = printed("failed")

    for text in ({"Item": item}, {"Items": [item], "Count": 1}, item, [item]):
        assert items_in(json.dumps(text)) == [item]


@pytest.mark.parametrize("text", ["", "no json", "[1]", "{}", '{"Item": {"packed": {"B": "eA=="}}}'])
def test_anything_else_is_refused_with_a_sentence(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))

    with pytest.raises(LocalError, match="this is no "):
        main()
