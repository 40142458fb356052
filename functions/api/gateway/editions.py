"""Editions of the OpenAPI document: with the API's own address, and for generators that allow one type of body."""

from collections.abc import Mapping
from copy import deepcopy
from enum import StrEnum
from typing import Any

from api.gateway.content_types import FORM


class Bodies(StrEnum):
    """The types of request bodies in an edition."""

    ALL = "all"
    JSON = "json"
    """Only JSON: some generators cannot handle an operation with two types."""


def get_base_url(event: Mapping[str, Any]) -> str:
    """Return the URL at which the request *event* reached the API; empty if unknown.

    API Gateway knows its own domain name. If the request has another `Host`, there is a proxy in front, whose paths
    may differ.
    """
    domain: str = event["requestContext"].get("domainName", "")
    return f"https://{domain}" if domain and event.get("headers", {}).get("host") == domain else ""


def edition(document: Mapping[str, Any], base: str, bodies: Bodies) -> dict[str, Any]:
    """Return the *document* for the API at *base*, with those types of *bodies*."""
    made = {**document}
    if base:
        made["servers"] = [{"url": base, "description": "This API."}]
    if bodies is Bodies.JSON:
        made["paths"] = deepcopy(document["paths"])
        for verbs in made["paths"].values():
            for operation in verbs.values():
                operation.get("requestBody", {}).get("content", {}).pop(FORM, None)
    return made
