"""Schemas of the OpenAPI document: found by reference, and rewritten for forms."""

from collections.abc import Mapping
from typing import Any


def resolved(schema: dict[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    """*schema*, or the one among *schemas* that it refers to."""
    for one in (schema, *schema.get("anyOf", [])):
        if "$ref" in one:
            found: dict[str, Any] = schemas[one["$ref"].rsplit("/", 1)[1]]
            return found
    return schema


def as_form(schema: dict[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any] | None:
    """*schema* as a form fills it in: without null, and without objects, because OpenAPI has no brackets.

    None where only objects are left.
    """
    fields = {name: _without_null(field, schemas) for name, field in schema["properties"].items()}
    flat = {name: field for name, field in fields.items() if field.get("type") not in {None, "object"}}
    examples = [one for one in schema.get("examples", []) if one.keys() <= flat.keys()]
    return {**schema, "title": f"{schema['title']}Form", "properties": flat, "examples": examples} if flat else None


def _without_null(field: dict[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    kinds = [kind for kind in field.get("anyOf", [field]) if kind != {"type": "null"}]
    rest = {name: value for name, value in field.items() if name not in {"anyOf", "$ref"}}
    if "enum" in rest:
        rest["enum"] = [value for value in rest["enum"] if value is not None]
    return {**resolved(kinds[0], schemas), **rest} if len(kinds) == 1 else rest
