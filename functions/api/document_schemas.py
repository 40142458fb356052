"""Schemas of the OpenAPI document: found by reference, and rewritten for forms."""

import json
from collections.abc import Mapping
from typing import Any


def resolved(schema: dict[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    """*schema*, or the one among *schemas* that it refers to."""
    for one in (schema, *schema.get("anyOf", [])):
        if "$ref" in one:
            found: dict[str, Any] = schemas[one["$ref"].rsplit("/", 1)[1]]
            return found
    return schema


def as_form(schema: dict[str, Any]) -> dict[str, Any] | None:
    """*schema* as a form fills it in, which has no null; None where fields are objects: OpenAPI has no brackets."""
    if "$ref" in json.dumps(schema["properties"]):
        return None
    fields = {name: _without_null(field) for name, field in schema["properties"].items()}
    return {**schema, "title": f"{schema['title']}Form", "properties": fields}


def _without_null(field: dict[str, Any]) -> dict[str, Any]:
    kinds = [kind for kind in field.get("anyOf", []) if kind != {"type": "null"}]
    rest = {name: value for name, value in field.items() if name != "anyOf"}
    if "enum" in rest:
        rest["enum"] = [value for value in rest["enum"] if value is not None]
    return {**kinds[0], **rest} if len(kinds) == 1 else field
