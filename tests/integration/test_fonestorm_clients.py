"""Programs that were written for FoneStorm: what they send works, and they find in the answer what they look for."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.calling import ACCOUNT, Answered, Api
from tests.integration.delivering import Platform
from tests.integration.lambdas import record
from tests.integration.receivers import Receiver

FOLDER = Path(__file__).parents[1] / "clients"
PUBLISHED = json.loads((FOLDER / "fonestorm-2.4.json").read_text(encoding="utf-8"))
INTEGRATIONS = json.loads((FOLDER / "integrations.json").read_text(encoding="utf-8"))
LANGUAGES = ("Python", "JavaScript", "PHP", "Ruby")


def sent(api: Api, request: dict[str, Any]) -> Answered:
    headers = {"content-type": request["content_type"], "accept": "application/json"}
    return api.call(request["verb"], request["path"], headers=headers, raw=request["body"].encode() or None)


def found(answer: Any, path: str) -> object:
    for part in path.split("."):
        answer = answer[int(part) if isinstance(answer, list) else part]
    return answer


def works(api: Api, request: dict[str, Any]) -> None:
    answer = sent(api, request)

    assert answer.status == request["status"], (request, answer.text)
    for path, expected in request["reads"].items():
        read = found(answer.json, path)
        assert read == expected or (path == "message" and str(read).startswith(expected)), request


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_operation_of_a_published_client_that_is_about_a_callback(api: Api, language: str) -> None:
    requests = [request for request in PUBLISHED if language in request["clients"]]

    assert len({(request["operation"], request["body"]) for request in requests}) > 15
    for request in requests:
        works(api, request)


@pytest.mark.parametrize("integration", INTEGRATIONS, ids=[one["integration"] for one in INTEGRATIONS])
def test_a_public_integration(api: Api, integration: dict[str, Any]) -> None:
    for request in integration["requests"]:
        works(api, request)


MESSAGE = {
    "event": "messages/receive",
    "account": ACCOUNT,
    "fonenumber": "3215551212",
    "id": "1",
    "data": {"to": "3215551212", "from": "3215551111", "msg": "hello world", "uid": "0c40"},
}


@pytest.mark.parametrize(
    ("url_method", "content_type"), [("JSON", "application/json"), ("POST", "application/x-www-form-urlencoded")]
)
def test_a_message_is_delivered_to_the_value_of_its_service(
    api: Api, platform: Platform, receiver: Receiver, url_method: str, content_type: str
) -> None:
    form = {"type": "URL", "value": f"{receiver.text_url}?m={{{{msg}}}}", "url_method": url_method}
    assert api.put("/v2/fonenumbers/3215551212", form=form).status == 200

    assert platform.invoke(record(MESSAGE)) == []

    [request] = receiver.received
    assert request.line == "POST /hook?m=hello%20world HTTP/1.1"
    assert request.headers["content-type"] == content_type
    assert json.loads(request.body)["message"] == "hello world"


def test_a_message_is_delivered_to_a_mailbox(api: Api, platform: Platform, letters: list[dict[str, Any]]) -> None:
    form = {"fonenumber": "3215551212", "type": "Email", "value": "owner@example.com", "url_method": ""}
    assert api.post("/v2/messages/receive", form=form).status == 200

    assert platform.invoke(record(MESSAGE)) == []

    [letter] = letters
    assert letter["Destination"] == {"ToAddresses": ["owner@example.com"]}
    assert "Incoming message on 321-555-1212 (messages/receive)" in str(letter["Content"])
    assert "hello world" in str(letter["Content"])
