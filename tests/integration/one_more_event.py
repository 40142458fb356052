"""Run by `test_one_more_event.py`, where the catalogue has two more kinds: one in a group of its own."""

import json
from typing import Any

import pytest

from api import app
from ringback.catalog.payload import CATALOGUE, EventKind
from tests.integration.calling import ACCOUNT, Api
from tests.integration.delivering import Platform
from tests.integration.lambdas import record
from tests.integration.receivers import Receiver
from tools import api_page, catalogue_page

NUMBER = "3215551212"
PATH = f"/v2/fonenumbers/{NUMBER}"
NOTHING = {"type": "None", "email": "", "url": "", "method": ""}
NEW = [
    ("calls/voicemail_notify", ("call_options", "voice_options")),
    ("voicemails/receive_notify", ("voicemail_options",)),
]

both = pytest.mark.parametrize(("name", "options"), NEW, ids=[name for name, _ in NEW])


def blocks(number: dict[str, Any], kind: EventKind, options: tuple[str, ...]) -> list[dict[str, str]]:
    return [number["fonenumber"][group][kind.short_name] for group in options]


@both
def test_it_is_set_shown_changed_and_taken_away(api: Api, name: str, options: tuple[str, ...]) -> None:
    kind = CATALOGUE[name]
    block = {"type": "Callback", "email": "", "url": "https://my.example.com/((uid))", "method": "JSON"}

    answer = api.post(f"/v2/{name}", {"fonenumber": NUMBER, **block})

    assert blocks(answer.json, kind, options) == [block] * len(options)
    assert api.get(PATH).json == answer.json
    assert api.put(PATH, answer.json).json == answer.json
    [listed] = api.get("/v2/fonenumbers").json["fonenumbers"]
    assert listed == answer.json["fonenumber"]
    changed = api.put(PATH, {options[-1]: {kind.short_name: {"type": "Email", "email": "a@example.com"}}})
    assert blocks(changed.json, kind, options)[0]["email"] == "a@example.com"
    taken_away = api.post(f"/v2/{name}", form={"fonenumber": NUMBER, "type": "None"})
    assert blocks(taken_away.json, kind, options) == [NOTHING] * len(options)
    refused = api.put(PATH, {options[-1]: {kind.short_name: block | {"url": "https://a/((pin))"}}})
    assert refused.message.startswith(f'{options[-1]}.{kind.short_name}.url: unknown token "pin"; {name} has ((uid))')


@both
def test_it_is_previewed_and_delivered(
    api: Api, platform: Platform, receiver: Receiver, name: str, options: tuple[str, ...]
) -> None:
    del options
    kind = CATALOGUE[name]
    url = f"{receiver.text_url}?uid=((uid))"
    api.post(f"/v2/{name}", {"fonenumber": NUMBER, "type": "Callback", "url": url, "method": "POST"})
    data = dict(kind.example)

    preview = api.post(f"{PATH}/{name}/preview").json["preview"]
    event = {"event": name, "account": ACCOUNT, "fonenumber": NUMBER, "id": "1", "data": data}
    assert platform.invoke(record(event)) == []

    [request] = receiver.received
    assert json.loads(request.body) == json.loads(preview["body"]) == data
    assert request.line.split()[1] == f"/hook?uid={data['uid']}"


@both
def test_it_comes_as_a_mail(
    api: Api, platform: Platform, letters: list[dict[str, Any]], name: str, options: tuple[str, ...]
) -> None:
    del options
    api.post(f"/v2/{name}", {"fonenumber": NUMBER, "type": "Email", "email": "owner@example.com"})

    event = {"event": name, "account": ACCOUNT, "fonenumber": NUMBER, "id": "1", "data": dict(CATALOGUE[name].example)}
    assert platform.invoke(record(event)) == []

    [letter] = letters
    assert f"Voicemail on 321-555-1212 ({name})" in str(letter)


@both
def test_the_document_and_the_pages_have_it(api: Api, name: str, options: tuple[str, ...]) -> None:
    document = api.get("/v2/openapi.json", account=None).json
    kind = CATALOGUE[name]

    assert document["paths"][f"/v2/{name}"]["post"]["operationId"] == f"set_{kind.group}_{kind.short_name}"
    for model in ("FonenumberFields", "FonenumberInput", "Fonenumber"):
        assert set(options) <= document["components"]["schemas"][model]["properties"].keys()
    assert name in [event["event"] for event in api.get("/v2/events").json["events"]]
    assert f"POST /v2/{name}" in api_page.page()
    assert f"## {name}" in catalogue_page.page()
    assert f"/v2/{name}" in app.api.paths
