"""The API's own description; the only routes that are open."""

import json

from aws_lambda_powertools.event_handler import Response, content_types

from api.calls import Calling
from api.docs_page import page
from api.routing import Routes

routes = Routes("Documentation")


@routes.operation("GET", "/v2/openapi.json", name="get_openapi", summary="This document", open=True, documented=False)
def get_openapi(call: Calling) -> Response[str]:
    """OpenAPI 3.1."""
    return Response(
        status_code=200,
        content_type=content_types.APPLICATION_JSON,
        body=json.dumps(call.document(), ensure_ascii=False, separators=(",", ":")),
        headers={"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"},
        compress=True,
    )


@routes.operation("GET", "/docs", name="get_docs", summary="This document as a page", open=True, documented=False)
def get_docs(call: Calling) -> Response[str]:  # noqa: ARG001 - every handler is given one
    """Swagger UI."""
    html, policy = page()
    headers = {
        "Cache-Control": "public, max-age=300",
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
    return Response(status_code=200, content_type=content_types.TEXT_HTML, body=html, headers=headers, compress=True)
