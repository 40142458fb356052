"""The API's own description; the only routes that are open."""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from api.context import CurrentRequest
from api.gateway.editions import Bodies
from api.gateway.routing import Routes
from api.routes.docs_page import page

routes = Routes("Documentation")


@routes.operation("GET", "/v2/openapi.json", name="get_openapi", summary="This document", open=True, documented=False)
def get_openapi(call: CurrentRequest, bodies: Annotated[Literal["all", "json"], Query()] = "all") -> Response[str]:
    """OpenAPI 3.1."""
    return call.document(Bodies(bodies)).answer(call.headers)


@routes.operation("GET", "/docs", name="get_docs", summary="This document as a page", open=True, documented=False)
def get_docs(call: CurrentRequest) -> Response[str]:
    """Its operations by tag."""
    return page(call.environment.console.color).answer(call.headers)
