"""The page of the OpenAPI document, in the console's manner: one answer, nothing from elsewhere."""

import base64
import hashlib
from functools import cache
from importlib.resources import files

from aws_lambda_powertools.event_handler import content_types

from api.console_files import library, packed, style
from api.gateway.publication import Publication

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ringback's API</title>
<link rel="icon" href="data:,"><style>{style}</style><script type="module">{script}</script></head>
<body><main><p>Loading …</p></main></body>
</html>
"""


@cache
def page(color: str) -> Publication:
    """The page, with a Content-Security-Policy that lets it run this script, ask this API, and do nothing else."""
    sheet = style(color)
    script = f"{library('library')}{packed((files('api') / 'docs_page.js').read_text(encoding='utf-8'))}"
    policy = (
        f"default-src 'none'; script-src {_digest(script)}; style-src {_digest(sheet)}; img-src data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    return Publication(
        content_type=content_types.TEXT_HTML,
        text=_PAGE.format(style=sheet, script=script),
        headers={
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        },
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
