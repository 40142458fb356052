"""The dashboard's tables: what Logs Insights would answer."""

import pytest

from tools.dashboard.queries import ask

LOGGED = [
    {"message": "delivery.attempted", "outcome": "status", "account": "1", "host": "a", "detail": "HTTP 500"},
    {"message": "delivery.attempted", "outcome": "delivered", "account": "1", "host": "a", "detail": "HTTP 200"},
    {"message": "delivery.attempted", "outcome": "dns", "account": "2", "host": "b", "detail": "no such name"},
    {"message": "delivery.attempted", "outcome": "status", "account": "3", "host": "a", "detail": "HTTP 503"},
    {"message": "callback.opened", "outcome": "status", "account": "3", "host": "a", "detail": "HTTP 503"},
]
FAILED = "SOURCE 'deliver' | filter message = 'delivery.attempted' and outcome != 'delivered' | "


def test_lines_are_counted_by_what_they_have_in_common() -> None:
    stats = "stats count(*) as failed, count_distinct(account) as accounts, latest(detail) as last by host"

    table = ask(f"{FAILED}{stats} | sort failed desc | limit 20", LOGGED)

    assert table.columns == ("host", "failed", "accounts", "last")
    assert table.rows == [("a", 2, 2, "HTTP 503"), ("b", 1, 1, "no such name")]


def test_a_limit_keeps_the_first() -> None:
    assert ask(f"{FAILED}stats count(*) as failed by outcome | sort failed desc | limit 1", LOGGED).rows == [
        ("status", 2)
    ]


@pytest.mark.parametrize(
    "command", ["dedup host", "filter host like /a/", "stats pct(milliseconds, 95) by host", "sort host"]
)
def test_what_is_not_known_is_named(command: str) -> None:
    with pytest.raises(ValueError, match="; known: "):
        ask(f"stats count(*) as failed by host | {command}", LOGGED)
