"""The console's files: a page, one style sheet and one script, made once of the modules and the library.

They are joined here, because each file that a browser asks for is an invocation: after a quiet night, sixteen at once
would start sixteen execution environments for one page.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import field
from functools import cache
from html import escape
from importlib.resources import files
from string import Template

from api.console_colors import style_of
from api.gateway.publication import Publication
from ringback.config import parse_list, variable
from ringback.frozen import frozen

SOURCES = files("api") / "console"

MODULES = (
    "state",
    "session",
    "calls",
    "words",
    "parts",
    "preview",
    "log",
    "number",
    "numbers",
    "delivery",
    "editor",
    "recover",
    "account",
    "main",
)
"""In this order, what a module needs while it starts is there before it."""

TYPES = {"console.js": "text/javascript", "console.css": "text/css"}
"""The files beside the page, with their media types."""

FOREVER = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
"""Another version has another path."""

_IMPORT = re.compile(r'^import [^;]+ from "\./(\w+)\.js";\n', re.MULTILINE)
_AIR = re.compile(r"(?<=[\w)\]}\"`']) (=>|[=!]==|\?\?|&&|\|\||[=:?]) (?=[\w(\[{\"`'!/])|(?<=\{) | (?=\})")
_NEEDLESS_NEWLINE = re.compile(r"(?<=[{,;])\n(?![/(])")
_COMMENT = re.compile(r"^\s*/\*.*?\*/\n", re.MULTILINE | re.DOTALL)


@frozen
class ConsoleConfig:
    """What the template sets for the console alone."""

    on: bool = field(default=True, metadata=variable(lambda text: text == "on", name="CONSOLE"))
    name: str = field(default="Callbacks", metadata=variable(str, name="CONSOLE_NAME"))
    """Of the platform, as its customers know it."""
    color: str = field(default="#0b5cad", metadata=variable(str, name="CONSOLE_COLOR"))
    frames: tuple[str, ...] = field(default=(), metadata=variable(parse_list, name="CONSOLE_FRAMES"))
    """Origins that may frame the page."""
    return_url: str = field(default="", metadata=variable(str, name="CONSOLE_RETURN_URL"))
    """Where people go whose session has ended; empty: they are told to ask their provider."""


@frozen
class Console:
    """All that a browser is given."""

    version: str
    """A digest of everything; a part of the paths."""
    page: Publication
    files: Mapping[str, Publication]


@cache
def console(settings: ConsoleConfig) -> Console:
    """Return the console of a stack with these *settings*."""
    page = _source("console.html")
    texts = {
        "console.css": style(settings.color),
        "console.js": script(),
    }
    digest = hashlib.sha256("\0".join((page, *texts.values(), repr(settings))).encode()).hexdigest()
    version = digest[:16]
    return Console(
        version=version,
        page=_page(Template(page), version, settings),
        files={name: Publication(content_type=TYPES[name], text=text, headers=FOREVER) for name, text in texts.items()},
    )


def script() -> str:
    """Return the library and our modules as one script, without our comments, which stay in the repository."""
    bodies = (re.sub(r"^export ", "", _IMPORT.sub("", text), flags=re.MULTILINE) for text in map(_module, MODULES))
    return library() + "".join(map(packed, bodies))


def library(name: str = "") -> str:
    """Return Preact and htm as a script that defines what they export, or an object of it with that *name*."""
    body, exports = _source("vendor.js").rstrip().rstrip(";").rsplit("export{", maxsplit=1)
    pairs = [pair.split(" as ") for pair in exports.rstrip("}").split(",")]
    names, values = ",".join(name for _, name in pairs), ",".join(f"{name}:{value}" for value, name in pairs)
    notice, code = body.split("*/", maxsplit=1)
    return f"{notice}*/\nconst {name or f'{{{names}}}'}=(()=>{{{code.strip()}return{{{values}}}}})();\n"


def style(color: str) -> str:
    """Return the style sheet of a platform with this *color*."""
    return packed(style_of(color) + _source("console.css"))


def _module(name: str) -> str:
    return _source(f"{name}.js")


def _source(name: str) -> str:
    return (SOURCES / name).read_text(encoding="utf-8")


def packed(text: str) -> str:
    """Return *text* without its comments, empty lines, indentation, and the space around what needs none."""
    lean = re.sub(r"^\s+", "", _COMMENT.sub("", text), flags=re.MULTILINE)
    return _NEEDLESS_NEWLINE.sub("", _AIR.sub(r"\1", lean))


def _page(page: Template, version: str, settings: ConsoleConfig) -> Publication:
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; "
        f"form-action 'none'; frame-ancestors {' '.join(settings.frames) or "'none'"}; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    return Publication(
        content_type="text/html; charset=utf-8",
        text=page.substitute(version=version, name=escape(settings.name), back=escape(settings.return_url)),
        headers={
            "Cache-Control": "no-cache",
            "Content-Security-Policy": policy,
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        },
    )
