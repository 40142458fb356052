"""What the built stack logs: never what is private, and no metric by customer. Other tests' logs count as well."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.aws.cloud import Cloud
from local.aws.stack import STACK
from local.demo.receiver import Receiver
from local.logs import Printed, printed
from local.paths import Paths
from ringback.errors import MalformedReason
from ringback.models import Outcome
from tests.e2e.access import ON_THE_OPEN_ONE
from tests.e2e.private_run import Run

pytestmark = ON_THE_OPEN_ONE  # with permissions, the same functions log the same

MESSAGES = {
    "delivery.attempted",
    "message.dead_lettered",
    "message.returned",
    "callback.disabled",
    "mail.bounced",
    "mail.complained",
    "api.called",
    "resource.changed",
}
"""Lines that the run must have, or it proves nothing."""

OUTCOMES = {
    Outcome.DELIVERED,
    Outcome.STATUS,
    Outcome.GONE,
    Outcome.TIMEOUT,
    Outcome.PROTOCOL,
    Outcome.DNS,
    Outcome.CONNECT,
    Outcome.REFUSED,
    Outcome.UNUSABLE,
}


@pytest.fixture(scope="module")
def run(cloud: Cloud, paths: Paths) -> Iterator[Run]:
    """It has happened."""
    with Receiver() as receiver:
        run = Run(cloud, paths, receiver)
        try:
            run.happens()
        finally:
            run.receivers.over.set()
        yield run


@pytest.fixture(scope="module")
def logged(run: Run, cloud: Cloud) -> list[Printed]:
    """Every line of every function so far."""
    del run
    return printed(cloud)


def objects(logged: list[Printed]) -> list[dict[str, Any]]:
    """The lines that are JSON: all that the functions themselves write."""
    return [json.loads(line.text) for line in logged if line.text.startswith("{")]


def test_nothing_private_is_logged(run: Run, logged: list[Printed]) -> None:
    lines = objects(logged)

    assert {line.get("message") for line in lines} >= MESSAGES
    assert {line["outcome"] for line in lines if line.get("message") == "delivery.attempted"} >= OUTCOMES
    assert any("answering CloudFormation: HTTPError 403" in line.text for line in logged)
    assert list(run.planted.found_in(line.text for line in logged)) == []


def test_nothing_private_is_told_on_the_bus(run: Run) -> None:
    heard = run.bus.heard()

    assert {notice["detail-type"] for notice in heard} >= {"callback.disabled", "delivery.failed"}
    assert list(run.planted.found_in(json.dumps(notice) for notice in heard)) == []


def test_a_line_of_an_attempt_has_the_host_and_nothing_more_of_its_url(logged: list[Printed]) -> None:
    attempted = [line for line in objects(logged) if line.get("message") == "delivery.attempted"]

    assert any(line["type"] == "Email" and not line["host"] for line in attempted)
    for line in attempted:
        assert line["host"] or line["type"] == "Email" or line["outcome"] == "unusable"
        assert not {"/", "?", ":"} & set(line["host"]), line["host"]
        assert not {"url", "target", "path", "query", "email", "data", "excerpt"} & line.keys()


def test_no_metric_has_a_dimension_with_a_value_per_customer(logged: list[Printed]) -> None:
    few: dict[str, set[str]] = {"service": {STACK}, "outcome": set(Outcome), "reason": set(MalformedReason)}
    heads = [(line, head) for line in objects(logged) for head in line.get("_aws", {}).get("CloudWatchMetrics", [])]
    named = {(name, line[name]) for line, head in heads for names in head["Dimensions"] for name in names}

    assert {name for name, _ in named} == few.keys()
    assert {(name, value) for name, value in named if value not in few[name]} == set()
