"""The page of the OpenAPI document: Swagger UI from Powertools' files, in one answer, nothing from elsewhere."""

import base64
import hashlib
from functools import cache
from importlib.resources import files

from aws_lambda_powertools.event_handler import content_types

from api.gateway.publication import Publication

_START = """
const here = location.origin + location.pathname.replace(/\\/$/, "");  // with or without the slash, it is the same page
window.onload = () => SwaggerUIBundle({
  url: new URL("v2/openapi.json", here).href, dom_id: "#page", deepLinking: true, validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis], layout: "BaseLayout",
});
"""

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Ringback's API</title>
<link rel="icon" href="data:,"><style>{style}</style></head>
<body><div id="page"></div><script>{library}</script><script>{start}</script></body>
</html>
"""


@cache
def page() -> Publication:
    """The page, with a Content-Security-Policy that lets it run these scripts, ask this API, and do nothing else."""
    folder = files("aws_lambda_powertools.event_handler.openapi") / "swagger_ui"
    library = (folder / "swagger-ui-bundle.min.js").read_text(encoding="utf-8")
    style = (folder / "swagger-ui.min.css").read_text(encoding="utf-8")
    scripts = " ".join(f"'sha256-{_digest(script)}'" for script in (library, _START))
    policy = (
        f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data:; font-src data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return Publication(
        content_type=content_types.TEXT_HTML,
        text=_PAGE.format(style=style, library=library, start=_START),
        headers={
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        },
    )


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
