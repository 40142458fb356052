"""Write docs/catalogue.md from the catalogue: `python -m tools.catalogue_page`."""

import json
from pathlib import Path

from ringback.catalog.payload import CATALOGUE, EventKind, Field, Scope

PATH = Path(__file__).parents[1] / "docs" / "catalogue.md"

_INTRODUCTION = """\
# Catalogue of events

What can happen, and what a callback for it gets. `make docs` writes this page from
`functions/ringback/catalog/kinds.py`; a test fails where the two differ.

- *token* stands for the value in a URL: `((msg))`, or the older `{{msg}}`. Body names and aliases are tokens, too.
- *body* is the key in the JSON body, which has its keys in this order, and only those that the event has.
- [event.schema.json](event.schema.json) is a JSON Schema of the platform's messages, for producers to validate with.
- Values named here are those of the reference. The platform may send others; they are delivered as they come.

| event | what happened | set for | types | methods |
|---|---|---|---|---|
"""

_SET_FOR = {
    Scope.NUMBER: "a number",
    Scope.ACCOUNT: "an account",
    Scope.MESSAGE: "one message, inside the event",
}


def page() -> str:
    """Return the whole page."""
    overview = "".join(_overview_row(kind) for kind in CATALOGUE.values())
    return _INTRODUCTION + overview + "".join(_section(kind) for kind in CATALOGUE.values())


def _overview_row(kind: EventKind) -> str:
    anchor = kind.name.replace("/", "")
    methods = ", ".join(kind.methods) + (" (`https://` only)" if kind.https_only else "")
    return (
        f"| [{kind.name}](#{anchor}) | {kind.title} | {_SET_FOR[kind.scope]} | {', '.join(kind.types)} | {methods} |\n"
    )


def _section(kind: EventKind) -> str:
    rows = "".join(_field_row(kind, field) for field in kind.fields)
    example = json.dumps(dict(kind.example), ensure_ascii=False, separators=(",", ":"))
    return (
        f"\n## {kind.name}\n\n| token | body | type | meaning |\n|---|---|---|---|\n{rows}\nExample of a body:\n\n"
        f"```json\n{example}\n```\n"
    )


def _field_row(kind: EventKind, field: Field) -> str:
    tokens = ", ".join(f"`{name}`" for name in (field.token, *field.aliases))
    return f"| {tokens} | `{field.body}` | {field.type} | {field.meaning}{_values(kind, field)} |\n"


def _values(kind: EventKind, field: Field) -> str:
    if field.body in kind.fixed:
        return f": always `{kind.fixed[field.body]}`"
    values = (f"`{value}` {meaning}".rstrip() for value, meaning in field.values.items())
    return f": {', '.join(values)}" if field.values else ""


if __name__ == "__main__":
    PATH.write_text(page(), encoding="utf-8")
