"""The customers of the run that is drawn: what their endpoints do, and how often something happens on their numbers."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import Event

from local.receiver import Reply, Request

type Answering = Callable[[Request], Reply]

SLOW_SECONDS = (0.05, 0.5)
FLAKY_SHARE = 0.3
"""Of its answers are errors."""
DOWN_SECONDS = 45
"""For which one endpoint is down at first: long enough to be left alone."""
HANG_SECONDS = 20
"""Longer than an attempt takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One account with one number."""

    account: str
    per_second: float
    """Events, on average."""
    answering: Answering | None = None
    """What its server does; None where *fields* say all."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """What it sets beside or instead of the server's URL."""


def quick(_: Request) -> Reply:
    """Answers at once."""
    return Reply()


def slow(dice: random.Random) -> Answering:
    """Takes its time."""

    def answer(_: Request) -> Reply:
        time.sleep(dice.uniform(*SLOW_SECONDS))
        return Reply()

    return answer


def flaky(dice: random.Random) -> Answering:
    """Answers a share of the requests with errors."""

    def answer(_: Request) -> Reply:
        if dice.random() < FLAKY_SHARE:
            return Reply(status=dice.choice([HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE]))
        return Reply()

    return answer


def down_until(moment: float) -> Answering:
    """Answers 503 until *moment* (`time.monotonic`), and is well from then on."""
    return lambda _: Reply() if time.monotonic() > moment else Reply(status=HTTPStatus.SERVICE_UNAVAILABLE)


def hanging(over: Event) -> Answering:
    """Keeps everybody waiting until all is *over*."""

    def answer(_: Request) -> Reply:
        over.wait(HANG_SECONDS)
        return Reply()

    return answer


def gone(_: Request) -> Reply:
    """Is not there any more."""
    return Reply(status=HTTPStatus.GONE)


def customers(dice: random.Random, over: Event) -> list[Customer]:
    """All of them, from now on."""
    return [
        Customer(account="2000001", per_second=2, answering=quick),
        Customer(account="2000002", per_second=1.5, answering=slow(dice)),
        Customer(account="2000003", per_second=1, answering=flaky(dice)),
        Customer(account="2000004", per_second=0.6, answering=down_until(time.monotonic() + DOWN_SECONDS)),
        Customer(account="2000005", per_second=0.15, answering=hanging(over)),
        Customer(account="2000006", per_second=0.1, answering=gone),
        Customer(account="2000007", per_second=0.05, fields={"url": "http://127.0.0.7:1025/nobody-listens"}),
        Customer(account="2000008", per_second=0.2, fields={"type": "Email", "email": "owner@example.com"}),
        Customer(account="2000009", per_second=0.1, fields={"type": "None"}),
    ]
