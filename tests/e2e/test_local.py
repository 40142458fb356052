"""The local AWS itself: `make up`, `make down` and `make run`."""

import io
import json
import re
import socket
import time

import pytest
import requests

from local.aws.cloud import Cloud
from local.aws.daemon import HOST, running
from local.aws.ministack import stop
from local.demo.demo import play
from local.demo.examples import SCENES, Endpoint
from local.demo.receiver import Receiver
from local.demo.terminal import Screen
from local.errors import LocalError
from local.paths import Paths
from local.up import up
from tests.e2e.access import ON_THE_OPEN_ONE
from tests.e2e.customer import HELLO, Customer, dead_letters, eventually

pytestmark = ON_THE_OPEN_ONE  # how it comes up is the same for both


def asked(cloud: Cloud) -> object:
    """What the API tells account 1000001 of its numbers, if it takes the token."""
    answer = requests.get(f"{cloud.api}/v2/fonenumbers", headers={"token": str(cloud.token)}, timeout=30)
    return answer.json()


def test_outputs_json_says_where_everything_is(cloud: Cloud, paths: Paths) -> None:
    written = json.loads(paths.outputs.read_text(encoding="utf-8"))

    assert list(written) == ["endpoint", "region", "api", "token", "outputs"]
    assert asked(cloud) == {"fonenumbers": [], "health": None, "cursor": None}
    assert (written["api"], written["token"]) == (cloud.api, cloud.token)
    assert written["outputs"] == dict(cloud.outputs)
    assert {"EventsQueueUrl", "RetriesQueueUrl", "DeadLettersUrl", "CallbacksTable", "DeliveriesTable"} <= set(
        written["outputs"]
    )


def test_up_again_changes_nothing_and_takes_no_time(cloud: Cloud, paths: Paths) -> None:
    before = running(paths)
    started = time.monotonic()

    assert up(paths) == cloud
    assert running(paths) == before
    assert time.monotonic() - started < 10


def test_another_port_is_refused_while_it_runs(cloud: Cloud, paths: Paths) -> None:
    other = int(cloud.endpoint.rsplit(":", 1)[1]) + 1

    with pytest.raises(LocalError, match="runs on port"):
        up(paths, port=other)


def test_run_shows_what_arrives(cloud: Cloud, paths: Paths) -> None:
    shown = io.StringIO()
    with Receiver(Endpoint().reply) as receiver:
        status = play(cloud, receiver, Screen(shown, {}), paths, once=True)

    assert status == 0
    for expected in (
        "GET /notify.php?message=hello%20world HTTP/1.1",
        "Content-Type: application/x-www-form-urlencoded",
        '{"to":"3215551111","from":"3215551212","message":"hello world","id":"0c4055acc5cc2736d818c96f4421b2f5"}',
        "Authorization: Basic ",
        "── faxes/receive_notify · Email ",
        "To: owner@example.com",
        "The receiver answered 503 Service Unavailable, so Ringback will try again.",
        f"All {len(SCENES)} deliveries arrived.",
    ):
        assert expected in shown.getvalue()
    assert "\033" not in shown.getvalue()
    assert what_its_link_shows(shown.getvalue()) == {(scene.kind, "delivered") for scene in SCENES}


def what_its_link_shows(shown: str) -> set[tuple[str, str]]:
    """The kinds and the standing of the deliveries that the console asks for."""
    found = re.search(r"^(\S+)/console#session=(\S+)&to=/n/(\d+)/log$", shown, re.MULTILINE)
    assert found, shown
    api, session, number = found.groups()
    log = f"{api}/session/fonenumbers/{number}/deliveries"
    listed = requests.get(log, headers={"token": session}, timeout=30).json()["deliveries"]
    return {(delivery["event"], delivery["status"]) for delivery in listed}


def test_what_is_on_the_queues_and_in_the_tables_survives_down_and_up(
    cloud: Cloud, paths: Paths, customer: Customer, receiver: Receiver
) -> None:
    """The sender's callback, a dead letter, and a delivery; then on with the same queue."""
    customer.wants("messages/receive_notify", method="GET", url=f"{receiver.url}/((msg))")
    customer.happens("messages/receive_notify", HELLO | {"msg": "before"})
    customer.happens("messages/teleported", {})
    eventually(lambda: customer.statuses() == ["delivered"])
    eventually(lambda: dead_letters(cloud, customer.account))

    assert stop(paths)
    assert running(paths) is None
    assert not paths.temporary.exists()
    assert up(paths) == cloud

    assert customer.statuses() == ["delivered"]
    assert dead_letters(cloud, customer.account)
    customer.happens("messages/receive_notify", HELLO | {"msg": "after"})
    eventually(lambda: len(receiver.exchanges) == 2)
    assert [one.request.target for one in receiver.exchanges] == ["/before", "/after"]


def test_a_port_that_was_taken_meanwhile_is_replaced_and_nothing_is_lost(cloud: Cloud, paths: Paths) -> None:
    """And with its own port it is as before."""
    port = int(cloud.endpoint.rsplit(":", 1)[1])
    stop(paths)
    with socket.create_server((HOST, port)), Receiver() as receiver:
        try:
            moved = Customer(up(paths))
            moved.wants("messages/receive_notify", method="GET", url=receiver.url)
            moved.happens("messages/receive_notify", HELLO)
            assert moved.cloud.endpoint != cloud.endpoint
            assert asked(moved.cloud) == {"fonenumbers": [], "health": None, "cursor": None}
            assert eventually(lambda: receiver.exchanges)
            eventually(lambda: moved.statuses() == ["delivered"])
        finally:
            stop(paths)

    assert up(paths, port=port) == cloud
