"""The OpenAPI document and its page."""

import base64
import hashlib
import re
from typing import Any

import pytest

from api import app
from api.gateway.errors import NO_SUCH_PATH
from tests.integration.calling import Answered, Api, calling
from tests.integration.stack import Stack
from tools.api_page import PARAMETERS as EXAMPLES


@pytest.fixture(scope="module")
def document(shared_api: Api) -> Any:
    return shared_api.get("/v2/openapi.json", account=None).json


def operations(document: Any) -> list[tuple[str, str, Any]]:
    return [(verb.upper(), path, one) for path, verbs in document["paths"].items() for verb, one in verbs.items()]


def test_it_is_openapi_3_1_with_the_token_as_its_security(document: Any) -> None:
    assert document["openapi"] == "3.1.0"
    assert document["security"] == [{"token": []}]
    assert document["components"]["securitySchemes"]["token"]["in"] == "header"
    assert document["components"]["securitySchemes"]["token"]["name"] == "token"


def test_it_says_who_may_use_it_and_who_is_to_be_asked(document: Any) -> None:
    assert document["info"]["license"]["identifier"] == "Apache-2.0"
    assert document["info"]["contact"]


def test_every_tag_is_explained_and_no_other(document: Any) -> None:
    """Also those of the webhooks; `TAGS` of api/document.py has them."""
    webhooks = [operation for verbs in document["webhooks"].values() for operation in verbs.values()]
    used = {tag for one in (*(one for _, _, one in operations(document)), *webhooks) for tag in one["tags"]}

    assert {tag["name"] for tag in document["tags"]} == used
    assert all(tag["description"] for tag in document["tags"])


def test_every_operation_says_what_it_does_and_what_can_go_wrong(document: Any) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]

    assert len(set(names)) == len(names) > 25
    for verb, path, operation in operations(document):
        assert operation["summary"], path
        assert operation["description"], f"{verb} {path} has no description"
        assert {"400", "401", "429", "500", "503"} <= set(operation["responses"]), path
        assert ("requestBody" in operation) <= ({"413", "415"} <= set(operation["responses"])), path
        assert "422" not in operation["responses"], (verb, path)


def test_every_reference_leads_somewhere_and_nothing_of_powertools_is_left(document: Any) -> None:
    text = str(document)

    for kind, name in re.findall(r"#/components/(\w+)/(\w+)", text):
        assert name in document["components"][kind]
    assert "ValidationError" not in text
    assert set(document["components"]["schemas"]) <= set(re.findall(r"#/components/schemas/(\w+)", text))


def test_the_document_says_what_this_stack_allows(shared_stack: Stack) -> None:
    """It is a parameter of the deployment."""
    with calling(shared_stack, REQUESTS_PER_SECOND="2.5", BURST="7") as api:
        document = api.get("/v2/openapi.json", account=None).json

    too_many = document["components"]["responses"]["TooManyRequests"]["content"]["application/json"]["example"]
    for text in (document["info"]["description"], too_many["message"]):
        assert "2.5 requests a second, in bursts of up to 7" in text
        assert "{" not in text


def test_every_error_has_its_three_fields_in_its_example(document: Any) -> None:
    for response in document["components"]["responses"].values():
        example = response["content"]["application/json"]["example"]
        assert list(example) == ["error", "message", "status_code"]


def test_bodies_are_json_and_the_flat_ones_also_forms_without_null(document: Any) -> None:
    bodies = {path: one["requestBody"]["content"] for _, path, one in operations(document) if "requestBody" in one}
    forms = {path: body["application/x-www-form-urlencoded"] for path, body in bodies.items() if len(body) == 2}

    assert all("application/json" in body for body in bodies.values())
    assert {"/v2/messages/receive_notify", "/v2/accounts/cdr_notify", "/v2/accounts/contact"} <= set(forms)
    assert "sms_options" not in forms["/v2/fonenumbers/{fonenumber}"]["schema"]["properties"]
    assert not any(path.endswith("/preview") for path in forms)
    for form in forms.values():
        for field in form["schema"]["properties"].values():
            assert field["type"] in {"string", "boolean", "integer"}
            assert None not in field.get("enum", [])


def test_generators_may_have_json_bodies_alone(shared_api: Api, document: Any) -> None:
    """And nothing else is otherwise."""
    only_json = shared_api.get("/v2/openapi.json?bodies=json", account=None).json

    for _, _, operation in operations(document):
        operation.get("requestBody", {}).get("content", {}).pop("application/x-www-form-urlencoded", None)
    assert only_json == document
    assert "application/x-www-form-urlencoded" not in str(only_json["paths"])
    assert shared_api.get("/v2/openapi.json?bodies=all", account=None).json != only_json


def test_another_edition_is_refused(shared_api: Api) -> None:
    refused = shared_api.get("/v2/openapi.json?bodies=xml", account=None)

    assert (refused.status, refused.message) == (400, 'bodies: given "xml"; allowed: all, json')


HOST = "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"


@pytest.mark.parametrize(
    ("host", "url"), [(HOST, f"https://{HOST}"), ("api.example.com", ".."), ("127.0.0.1:4566", ".."), (None, "..")]
)
def test_it_names_the_address_that_it_was_asked_at(shared_api: Api, host: str | None, url: str) -> None:
    """Behind something that hides the gateway, nobody knows it: then it is relative to the document."""
    headers = {"host": host} if host else {}

    [server] = shared_api.get("/v2/openapi.json", account=None, headers=headers).json["servers"]

    assert server["url"] == url


def test_the_page_needs_nothing_from_elsewhere(shared_api: Api) -> None:
    answer = shared_api.get("/docs", account=None, headers={"accept-encoding": "gzip"})
    policy = answer.headers["content-security-policy"]

    assert answer.headers["content-type"] == "text/html"
    assert answer.headers["content-encoding"] == "gzip"
    assert "http" not in policy
    assert "'unsafe-eval'" not in policy
    assert "'unsafe-inline'" not in policy
    for inline in re.findall(r"<(?:script type=\"module\"|style)>(.*?)</(?:script|style)>", answer.text, re.DOTALL):
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert policy.count("sha256-") == 2
    assert len(answer.text) < 30_000


@pytest.mark.parametrize("path", ["/docs", "/v2/openapi.json"])
def test_whoever_has_it_is_not_sent_it_again(shared_api: Api, path: str) -> None:
    first = shared_api.get(path, account=None, headers={"accept-encoding": "gzip"})

    again = shared_api.get(
        path, account=None, headers={"accept-encoding": "gzip", "if-none-match": first.headers["etag"]}
    )
    plain = shared_api.get(path, account=None)

    assert (again.status, again.text, again.headers["etag"]) == (304, "", first.headers["etag"])
    assert (first.headers["content-encoding"], first.text) == ("gzip", plain.text)
    assert plain.headers["cache-control"] == again.headers["cache-control"] == "public, max-age=300"
    assert plain.headers["content-type"] == first.headers["content-type"]


OPERATIONS = [(verb, path) for path in app.api.paths for verb in app.api.paths[path]]


@pytest.mark.parametrize(("verb", "path"), OPERATIONS, ids=[f"{verb} {path}" for verb, path in OPERATIONS])
def test_a_slash_at_the_end_of_a_path_changes_nothing(shared_api: Api, verb: str, path: str) -> None:
    """Both answer the same, and where both would create something, the second finds it."""
    path = path.format(**EXAMPLES, version="0123456789abcdef", file="console.js")
    without, with_slash = shared_api.call(verb, path), shared_api.call(verb, f"{path}/")

    assert NO_SUCH_PATH not in with_slash.text
    if path != "/v2/accounts/signing_secret" or verb == "GET":
        assert (with_slash.status, shape(with_slash)) == (without.status, shape(without))


def shape(answer: Answered) -> object:
    """An answer without what is new each time."""
    return re.sub(r"[0-9a-f]{32}|whsec_[^\"]*", "", answer.text)
