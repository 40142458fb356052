"""docs/api.md, read by a person who pastes every line of it."""

import json
import re
import shlex
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest

from ringback.models import Attempt, AttemptReason, Delivery, DeliveryStatus, Event, Outcome
from tests.integration.calling import ACCOUNT, NOW, Api, loopback
from tools.api_page import PATH

ATTEMPT = Attempt(
    number=1, at=NOW, reason=AttemptReason.RETRY, outcome=Outcome.STATUS, status=500, milliseconds=9, detail="HTTP 500"
)
LINES = re.compile(r"```sh\n(curl .*?)\n```\n\n`(\d+)`\n\n```json\n(.*?)\n```", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One request of the page, and its answer."""

    verb: str
    url: str
    body: str | None
    status: int
    answer: Any


def lines() -> list[Line]:
    found = []
    for curl, status, answer in LINES.findall(PATH.read_text(encoding="utf-8")):
        words = shlex.split(curl.replace("\\\n", " "))
        options = dict(pairwise(words))
        url = next(word for word in words if word.startswith("$API"))
        found.append(
            Line(
                verb=options.get("-X", "GET"),
                url=url.removeprefix("$API"),
                body=options.get("-d"),
                status=int(status),
                answer=json.loads(answer),
            )
        )
    return found


def shape(value: Any) -> Any:
    """The names in an answer, and no values."""
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items() if name not in {"data", "example", "values"}}
    return [shape(part) for part in value[:1]] if isinstance(value, list) else None


def test_every_line_works_in_the_order_of_the_page_and_answers_as_it_says(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ringback.guard.Resolver.addresses", loopback)
    delivery = "01a2097a9c0085c1d2f3a4b5c6d7e8f9"
    for fonenumber, kind in (("3215551212", "messages/receive_notify"), ("", "accounts/cdr_notify")):
        event = Event(kind=kind, account=ACCOUNT, fonenumber=fonenumber, id="1", time=NOW, data={"to": "3215551212"})
        stored = Delivery(
            id=delivery,
            event=event,
            created=NOW,
            status=DeliveryStatus.FAILED,
            attempts=(ATTEMPT,),
            reason=ATTEMPT.reason,
        )
        api.stack.deliveries().record([stored], parked=lambda _: False)

    found = lines()
    assert len(found) > 25
    for line in found:
        answer = api.call(line.verb, line.url, line.body)
        assert (line.verb, line.url, answer.status) == (line.verb, line.url, line.status), answer.text
        assert shape(answer.json) == shape(line.answer), line
