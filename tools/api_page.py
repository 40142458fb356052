"""Write docs/api.md from the OpenAPI document: `python -m tools.api_page`."""

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from api.app import ROUTERS, api
from api.config import ApiConfig, Authorization
from api.gateway.openapi import resolved

PATH = Path(__file__).parents[1] / "docs" / "api.md"

WIDTH = 110
"""Characters of a line of JSON; a longer value is broken up."""

_INTRODUCTION = """\
# The API

`make docs` writes this page from the OpenAPI document, which the API itself has at
`GET /v2/openapi.json` and shows at `GET /docs`; a test fails where they differ, and another one makes every request of
this page and compares the answers. Those two routes are open; every other one needs an account. The document says what
receivers get, too (`webhooks`). Generators that stumble over an operation with two types of bodies take
`GET /v2/openapi.json?bodies=json`.

- **Who calls.** With a token issuer configured, the header `token` holds a JWT whose claim `account_id` is the account.
  Without one, the platform signs its calls with AWS Signature Version 4 and names the account in the header `account`.
  No body ever does. What belongs to another account looks as if it were not there.
- **Sessions of the console.** `POST /v2/accounts/console_session` makes a link, for 10 minutes to a day; what follows
  `#session=` in it is a session. With that in the header `token`, each path is there as `/session/…` in place of
  `/v2/…`, with the same bodies and answers; `GET /session/console_session` says what the session is for
  (`account_id`, `expires`, `read_only`, `fonenumbers`). One that is `read_only` answers 403 to all but reading,
  previews and dry runs of sending again. One for some `fonenumbers` answers 404 to any other and to what is of the
  whole account; its lists have its numbers alone, and sending again over the account has to name one. No session
  makes another one, or makes, rotates or deletes a signing secret (403). One that has ended, or is none, is 401. A
  session is good on no other path, and a JWT not on these.
- **Bodies** are JSON or forms (`application/x-www-form-urlencoded`, `a[b]=c` for objects), up to 256 KiB. Unknown
  fields and query parameters are refused, with those that there are, and what is given twice. Any type that ends in
  `+json` is JSON. Text is UTF-8, that of a form also ISO-8859-1, ISO-8859-15 or Windows-1252 where `Content-Type` says
  so by any of their names; what is ASCII is readable whatever it says. Where no body is needed, `null`, `[]` and `{}`
  are none.
- **FoneStorm's names.** What its clients of API 2.4 and 2.12 send is taken as it is: no `type`, but a `url` or a
  `method`, is `Callback`; `sms_options` and `voice_options` are `message_options` and `call_options`, and answers have
  both; the block `receive` is a *delivery service* with `type` `URL`, `value` and `url_method`.
- **Paths** may end with a slash.
- **Answers** are JSON. Times are UTC, ISO 8601. `"cursor"` of a list is for its next page, with the same filters.
- **Errors** have `error`, `message` and `status_code`. Every operation can answer 400, 401, 429 (with `Retry-After`),
  500 and 503 (with `Retry-After`); one with a body 413 and 415; a path without the verb 405 with `Allow`. The gateway's
  own 401 and 403, for a token or signature that it does not accept, have `message` alone.
- **Rate.** 10 requests a second for an account, 20 at once, unless the stack has another `RequestsPerSecond`; its own
  `GET /v2/openapi.json` says which.

In the `curl` lines, `$API` is where the API is, `$TOKEN` a token for the account `1000001`, and `$DELIVERY` the id of a
delivery, from the log; `make run` prints all three for the local stack. The answers are those of an account with one
callback for messages of 3215551212 and one for call records, one delivery of each that failed, a signing secret and a
contact; what sets something starts from nothing.
"""

SETTINGS = ApiConfig(
    authorization=Authorization.JWT, account_claim="account_id", requests_per_second=10, burst=20, egress_addresses=()
)
"""The stack that the page describes: callers with tokens, and the defaults of the rest."""

PARAMETERS = {
    "fonenumber": "3215551212",
    "account_id": "1000001",
    "group": "messages",
    "name": "receive_notify",
    "delivery": "$DELIVERY",
}
"""Examples of the parameters in paths."""

type Json = Any


def page() -> str:
    """Return the whole page."""
    document = api.document(SETTINGS)
    tags = dict.fromkeys(router.tag for router in ROUTERS if any(path in document["paths"] for path in router.paths))
    return _INTRODUCTION + "".join(_chapter(tag, document) for tag in tags)


def pretty(value: Json, indent: str = "") -> str:
    """Format JSON, broken up only where a line would be too long."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(flat) <= WIDTH or not isinstance(value, dict | list) or not value:
        return flat
    inner = indent + "  "
    if isinstance(value, dict):
        parts = [f"{json.dumps(name)}: {pretty(part, inner)}" for name, part in value.items()]
        return "{\n" + ",\n".join(inner + part for part in parts) + f"\n{indent}}}"
    return "[\n" + ",\n".join(inner + pretty(part, inner) for part in value) + f"\n{indent}]"


def curl(verb: str, path: str, *, query: str = "", body: Json = None) -> str:
    """Format a request as somebody makes it in a shell."""
    for name, value in PARAMETERS.items():
        path = path.replace(f"{{{name}}}", value)
    url = f'"$API{path}{"?" if query else ""}{query}"'
    lines = [f'curl {"" if verb == "GET" else f"-X {verb} "}{url} -H "token: $TOKEN"']
    if body is not None:
        text = pretty(body).replace("'", "'\\''")
        lines += [f"  -H 'content-type: application/json' -d '{text}'"]
    return " \\\n".join(lines)


def example_of(content: Mapping[str, Json], document: Mapping[str, Json]) -> Json:
    """Return the example of a body or a response: its own, or that of its schema."""
    if "example" in content:
        return content["example"]
    return resolved(content["schema"], document["components"]["schemas"])["examples"][0]


def _verbs(document: Mapping[str, Json], path: str) -> Iterator[tuple[str, Json]]:
    for verb, operation in document["paths"].get(path, {}).items():
        yield verb.upper(), operation


def _chapter(tag: str, document: Json) -> str:
    known: set[str] = set()
    operations = [
        (verb, path, operation)
        for path in api.paths
        for verb, operation in _verbs(document, path)
        if operation["tags"] == [tag]
    ]
    # What removes something comes last: whoever pastes one line after the other still has it.
    sections = [
        _section(verb, path, operation, document, api.paths[path][verb].query, known)
        for verb, path, operation in sorted(operations, key=lambda one: one[0] == "DELETE")
    ]
    return f"\n## {tag}\n" + "".join(sections)


def _section(  # noqa: PLR0913, PLR0917 - an operation, and what is known from those before it
    verb: str, path: str, operation: Json, document: Json, query: str, known: set[str]
) -> str:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    status, answer = next(iter(operation["responses"].items()))
    request = curl(verb, path, query=query, body=example_of(body, document) if body else None)
    shown = pretty(example_of(answer["content"]["application/json"], document))
    text = f"{operation['summary']}. {operation.get('description', '')}".strip()
    return (
        f"\n### {verb} {path}\n\n{text}\n{_parameters(operation)}{_fields(body, document, known)}{_problems(operation)}"
        f"\n```sh\n{request}\n```\n\n`{status}`\n\n```json\n{shown}\n```\n"
    )


def _parameters(operation: Json) -> str:
    rows = [
        f"| `{one['name']}` | {_type(one['schema'])} | {one.get('description', '')} |\n"
        for one in operation.get("parameters", [])
        if one["in"] == "query"
    ]
    return "\n| parameter | type | meaning |\n|---|---|---|\n" + "".join(rows) if rows else ""


def _fields(body: Json, document: Json, known: set[str]) -> str:
    """Return a table of the body's fields, once for each model."""
    schema: Json = resolved(body["schema"], document["components"]["schemas"]) if body else {"title": ""}
    if schema["title"] in known:
        return f"\nFields: `{schema['title']}`, as above.\n"
    if not body:
        return ""
    known.add(schema["title"])
    required = schema.get("required", [])
    rows = [
        f"| `{name}`{'' if name in required else ' (optional)'} | {_type(one)} | {one.get('description', '')} |\n"
        for name, one in sorted(schema["properties"].items(), key=lambda entry: entry[0] not in required)
    ]
    return f"\nFields: `{schema['title']}`.\n\n| field | type | meaning |\n|---|---|---|\n" + "".join(rows)


def _problems(operation: Json) -> str:
    special = [status for status in operation["responses"] if status in {"404", "409"}]
    names = [f"{status} ({HTTPStatus(int(status)).phrase})" for status in special]
    return f"\nAlso: {', '.join(names)}.\n" if names else ""


def _type(schema: Json) -> str:
    if "enum" in schema:
        return ", ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "$ref" in schema:
        return f"`{schema['$ref'].rsplit('/', 1)[1]}`"
    return str(schema.get("type", "anything"))


if __name__ == "__main__":
    PATH.write_text(page(), encoding="utf-8")
