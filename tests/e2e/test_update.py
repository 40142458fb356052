"""An update under load: events come in and customers call the API while code and variables change, and back again.

The local AWS is harder than Lambda here: it ends a running invocation where Lambda lets it come to its end.
"""

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Event, Thread
from typing import Self

import pytest
import requests

from local.api import Api
from local.aws.cloud import Cloud
from local.aws.functions import built_template
from local.aws.ministack import stop
from local.aws.package import package
from local.aws.stack import deploy
from local.demo.receiver import Receiver
from local.issuer import AUDIENCE, issuer
from local.paths import Paths
from local.up import up
from tests.e2e.customer import HELLO, Customer, eventually

KIND = "messages/receive_notify"
EVENTS_A_SECOND = 20
BACK_AFTER_SECONDS = 5
CHANGED = ("DeliverFunction", "ApiFunction")
"""Folders of the build whose code changes."""


@pytest.fixture
def paths(tmp_path: Path) -> Iterator[Paths]:
    """A local AWS that nobody else sees updated."""
    own = Paths(home=tmp_path / "aws")
    yield own
    stop(own)


@pytest.fixture
def next_release(tmp_path: Path, paths: Paths) -> Path:
    """A build whose code is another one, for all that the deployment can see."""
    build = shutil.copytree(paths.build, tmp_path / "build")
    for folder in CHANGED:
        (build / folder / "release.txt").write_text("the next one", encoding="utf-8")
    return build


class Load:
    """Events and calls, one after the other, for as long as it is entered."""

    def __init__(self, customer: Customer, cloud: Cloud) -> None:
        self.sent = 0
        self.answers: Counter[str] = Counter()
        """By status, or by the error if there was no answer."""
        self._customer, self._cloud, self._enough = customer, cloud, Event()
        self._threads = [Thread(target=self._send), Thread(target=self._call)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        for thread in self._threads:
            thread.join()

    def _send(self) -> None:
        while not self._enough.wait(1 / EVENTS_A_SECOND):
            self._customer.happens(KIND, HELLO, id=f"event-{self.sent}")
            self.sent += 1

    def _call(self) -> None:
        assert self._cloud.api
        assert self._cloud.token
        api = Api(self._cloud.api, self._cloud.token)
        while not self._enough.is_set():
            try:
                self.answers[str(api.ask("GET", "/v2/events").status_code)] += 1
            except requests.RequestException as error:
                self.answers[type(error).__name__] += 1
        api.close()


def update(cloud: Cloud, paths: Paths, build: Path, days: str) -> float:
    """Bring the stack to *build* and another variable; how many seconds it took."""
    developer = issuer(paths, cloud.endpoint)
    parameters: Mapping[str, str] = {
        "TokenIssuer": developer.url,
        "TokenAudience": AUDIENCE,
        "DeliveryRetentionDays": days,
    }
    started = time.monotonic()
    deploy(package(built_template(paths), build=build, s3=cloud.client("s3")), cloud, parameters)
    return time.monotonic() - started


def test_no_event_is_lost_and_no_attempt_counted_while_the_stack_is_updated_and_taken_back(
    paths: Paths, next_release: Path, receiver: Receiver, record_property: Callable[[str, object], None]
) -> None:
    cloud = up(paths)
    cloud.client(
        "sqs"
    ).set_queue_attributes(  # what an ended invocation had comes back; after three minutes, as on AWS, is too late
        QueueUrl=cloud.outputs["EventsQueueUrl"], Attributes={"VisibilityTimeout": str(BACK_AFTER_SECONDS)}
    )
    customer = Customer(cloud)
    customer.wants(KIND, method="JSON", url=receiver.url)

    with Load(customer, cloud) as load:
        eventually(lambda: receiver.exchanges)
        took = [update(cloud, paths, next_release, "31"), update(cloud, paths, paths.build, "30")]
        before = load.answers.copy()
        eventually(lambda: (load.answers - before)["200"] > 1)

    eventually(lambda: len(customer.deliveries()) == load.sent and set(customer.statuses()) == {"delivered"})
    attempts = Counter(len(delivery["attempts"]) for delivery in customer.deliveries())
    arrived = Counter(one.request.header("webhook-id") for one in receiver.exchanges)
    figures = {"took": took, "sent": load.sent, "answers": dict(load.answers), "twice": arrived.total() - len(arrived)}
    for name, figure in figures.items():
        record_property(name, figure)
    assert attempts == {1: load.sent}
    assert len(arrived) == load.sent
    assert set(load.answers) <= {"200", "502"}  # of calls whose invocation was ended
