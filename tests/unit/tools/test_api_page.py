"""docs/api.md."""

from typing import Any

import jsonschema  # type: ignore[import-untyped] # it has no types of its own
import pytest

from api.app import api
from tools.api_page import PATH, SETTINGS, curl, page, pretty


@pytest.fixture(scope="module")
def document() -> Any:
    return api.document(SETTINGS)


def test_the_page_is_what_the_document_says() -> None:
    assert PATH.read_text(encoding="utf-8") == page(), "write it anew: make docs"


def examples(document: Any) -> list[tuple[str, Any, Any]]:
    """Every example of a body or an answer, with its schema."""
    found = []
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            contents = [one["content"] for status, one in operation["responses"].items() if status.startswith("2")]
            contents += [operation["requestBody"]["content"]] if "requestBody" in operation else []
            found += [
                (f"{verb} {path}", content["application/json"]["schema"], content["application/json"]["example"])
                for content in contents
                if "example" in content["application/json"]
            ]
    for name, schema in document["components"]["schemas"].items():
        found += [(name, {"$ref": f"#/components/schemas/{name}"}, one) for one in schema.get("examples", [])]
    return found


def test_every_example_is_as_its_schema_says(document: Any) -> None:
    found = examples(document)

    assert len(found) > 25
    for where, schema, example in found:
        whole = {**document, **schema}
        errors = [error.message for error in jsonschema.Draft202012Validator(whole).iter_errors(example)]
        assert errors == [], where


def test_json_is_broken_up_where_a_line_would_be_too_long() -> None:
    value = {"short": {"a": 1}, "long": ["x" * 60, "y" * 60]}

    assert pretty(value).splitlines() == [
        "{",
        '  "short": {"a": 1},',
        '  "long": [',
        f'    "{"x" * 60}",',
        f'    "{"y" * 60}"',
        "  ]",
        "}",
    ]


def test_a_curl_line_survives_the_shell() -> None:
    line = curl("POST", "/v2/fonenumbers/{fonenumber}/x", query="a=b&c=d", body={"text": "it's"})

    assert line == (
        'curl -X POST "$API/v2/fonenumbers/3215551212/x?a=b&c=d" -H "token: $TOKEN" \\\n'
        "  -H 'content-type: application/json' -d '{\"text\": \"it'\\''s\"}'"
    )
