"""Programs that were written for FoneStorm: what they send works, and they find in the answer what they look for."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.calling import Answered, Api

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
