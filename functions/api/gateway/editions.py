"""Editions of the OpenAPI document: for where the API is, and for generators that take one type of body."""

from collections.abc import Mapping
from copy import deepcopy
from enum import StrEnum
from typing import Any

from api.gateway.content_types import FORM


class Bodies(StrEnum):
    """Types of bodies that an edition shows."""

    ALL = "all"
    JSON = "json"
    """JSON alone: some generators stumble over an operation that takes two."""


def get_base_url(event: Mapping[str, Any]) -> str:
    """Where the request *event* found the API; empty where that cannot be told.

    API Gateway knows its own name, and no path before ours; if it was asked by another one, something stands in front.
    """
    domain: str = event["requestContext"].get("domainName", "")
    return f"https://{domain}" if domain and event.get("headers", {}).get("host") == domain else ""


def edition(document: Mapping[str, Any], base: str, bodies: Bodies) -> dict[str, Any]:
    """The *document* of the API at *base*, with those *bodies*."""
    made = {**document}
    if base:
        made["servers"] = [{"url": base, "description": "This API."}]
    if bodies is Bodies.JSON:
        made["paths"] = deepcopy(document["paths"])
        for verbs in made["paths"].values():
            for operation in verbs.values():
                operation.get("requestBody", {}).get("content", {}).pop(FORM, None)
    return made
