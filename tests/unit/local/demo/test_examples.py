import json
from datetime import UTC, datetime

import pytest

from local.demo.examples import FONENUMBER, SCENES, Endpoint, Scene, build_event, scene_of
from local.demo.receiver import Request
from ringback.callbacks.parse import parse_public_setting
from ringback.catalog.payload import lookup, read_data
from ringback.models import CallbackType, Method

RECEIVER = "http://127.0.0.1:1024"


def request(target: str) -> Request:
    return Request(at=0, head=f"GET {target} HTTP/1.1".encode(), body=b"")


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.kind)
def test_every_scene_is_a_setting_and_an_event_that_ringback_takes(scene: Scene) -> None:
    event = json.loads(build_event(scene, account="1000001", now=datetime(2026, 11, 23, tzinfo=UTC)))

    assert parse_public_setting(
        lookup(scene.kind), scene.settings(RECEIVER), owner=f"1000001#{FONENUMBER}", allowed=None
    )
    assert event["time"] == "2026-11-23T00:00:00.000Z"
    assert read_data(lookup(event["event"]), event["data"]) == (event["data"], ())


def test_there_is_one_of_each_kind_of_callback() -> None:
    assert {scene.how for scene in SCENES} == {*Method, CallbackType.EMAIL}
    assert len({scene.kind for scene in SCENES}) == len(SCENES)


def test_an_endpoint_that_was_down_is_up_again_at_the_second_request() -> None:
    endpoint = Endpoint()

    assert [endpoint.reply(request("/busy")).status for _ in range(3)] == [503, 200, 200]


def test_other_paths_are_nobody_s() -> None:
    assert scene_of("/nowhere") is None
    assert Endpoint().reply(request("/nowhere")).status == 404
