"""Parse a callback's URL into the pieces that are judged and sent (RFC 3986, section 3).

What else makes one valid: its tokens (`rules.parse_callback_url`), and a host that may be reached (`parse`).
"""

import ipaddress
import re
import unicodedata
from urllib.parse import quote

from ringback.callbacks.tokens import tokens_in
from ringback.errors import InvalidSetting
from ringback.models import Callback, Url
from ringback.ssrf.rules import PORTS, is_allowed_port
from ringback.text import quote_value

MAX_CHARACTERS = 4_096
"""Characters of a URL when it is set: half of the request line that common servers accept leaves room for values."""

MAX_RENDERED = 65_536
"""Characters of path and query with the values in place: enough for the longest message, not for a runaway value."""

DEFAULT_PORTS = {"http": 80, "https": 443}

MAX_HOST = 253
"""Characters of a host (RFC 1035, 2.3.4, without length bytes)."""

MAX_LABEL = 63
"""Characters of a label between dots, its `xn--` included."""

_NEVER = re.compile(r"[^\x21-\x5b\x5d-\x7e]")

_BLANKS = {" ": "a space", "\n": "a line break", "\r": "a line break", "\t": "a tab"}

_BEFORE_PATH = re.compile(r"[^/?#]*(?://[^/?#]*)?")

_START = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)")

_TARGET = re.compile(r"(/[^?#]*)?(\?[^#]*)?")

_LABEL = rf"[A-Za-z0-9_-]{{1,{MAX_LABEL}}}"

_NAME = re.compile(rf"(?=.{{1,{MAX_HOST}}}\Z)({_LABEL}\.)*{_LABEL}")

_PORT = re.compile(r"[1-9][0-9]{0,4}")

_DOTS = re.compile("[.\N{IDEOGRAPHIC FULL STOP}\N{FULLWIDTH FULL STOP}\N{HALFWIDTH IDEOGRAPHIC FULL STOP}]")


def parse_url(text: str, *, https_only: bool = False) -> Url:
    """Cut a URL that may contain tokens into its pieces; nothing is decoded, completed or rewritten.

    Raises:
        InvalidSetting: it may not be called; the message never repeats path, query or user information.
    """
    if len(text) > MAX_CHARACTERS:
        raise _refused(f"{len(text):,} characters; the maximum is {MAX_CHARACTERS:,}")
    _check_start(text)
    _check_characters(text)
    start = _START.match(text)
    if start is None:
        raise _refused("not absolute; it starts with https:// or http:// and a host")
    scheme, authority = start[1].lower(), start[2]
    if scheme not in DEFAULT_PORTS:
        raise _refused(f"given {quote_value(scheme)}://; allowed: https:// and http://")
    if https_only and scheme != "https":
        raise _refused(f"given {scheme}://; this event takes https:// only")
    host, port = _host_and_port(authority)
    return Url(
        scheme=scheme,
        authority=authority,
        host=host,
        port=port or DEFAULT_PORTS[scheme],
        target=_target(text[start.end() :]),
    )


def _check_start(text: str) -> None:
    """Refuse credentials and tokens before the path; this comes first, and its messages repeat nothing."""
    before_path = _matched(_BEFORE_PATH, text)[0]
    if "@" in before_path:
        raise _refused("a user name or password before the host; they go into url_username and url_password")
    if tokens_in(before_path):
        raise _refused("a token before the path; tokens go into path and query, never into scheme, host or port")


def _check_characters(text: str) -> None:
    found = _NEVER.search(text)
    if found is None:
        return
    character = found[0]
    at = f"at character {found.start() + 1}"
    if character == "\\":
        raise _refused(f"a backslash {at}; write / or %5C")
    if character.isspace():
        raise _refused(_white_space(text, found.start()))
    if not character.isprintable():
        raise _refused(f"a control or invisible character (U+{ord(character):04X}) {at}; only visible ASCII is allowed")
    start = _START.match(text)
    if start and found.start() < start.end():
        raise _refused(f"a host that is not ASCII; {_ascii_host(start[2])}")
    raise _refused(f"{character} {at} is not ASCII; write {quote(character, safe='')}")


def _white_space(text: str, at: int) -> str:
    what = _BLANKS.get(text[at], f"white space (U+{ord(text[at]):04X})")
    if not at or not text[at:].strip():
        return f"{what} at the {'end' if at else 'beginning'}; leave it out"
    return f"{what} at character {at + 1}; {'leave it out' if text[at] in '\r\n\t' else 'write a space as %20'}"


def _ascii_host(authority: str) -> str:
    host = authority.partition(":")[0]
    # Punycode takes seconds for thousands of characters, which no name has.
    is_usual = len(host) <= MAX_HOST and host.isprintable()
    ascii_host = ".".join(map(_ascii_label, _DOTS.split(host))) if is_usual else ""
    return f"write {ascii_host}" if _NAME.fullmatch(ascii_host) else "write its xn-- form"


def _ascii_label(label: str) -> str:
    """Return the ASCII form of *label*, or an empty string if that would be too long."""
    plain = unicodedata.normalize("NFKC", label).lower()
    if len(plain) > MAX_LABEL:
        return ""
    return plain if plain.isascii() else f"xn--{plain.encode('punycode').decode()}"


def _host_and_port(authority: str) -> tuple[str, int | None]:
    if authority.startswith("["):
        inside, closed, after = authority[1:].partition("]")
        if not closed:
            raise _refused("an IPv6 address without its closing bracket")
        return _ipv6(inside), _port(after)
    host, colon, port = authority.partition(":")
    if ":" in port:
        raise _refused("a host with several colons; an IPv6 address goes in brackets")
    return _name(host), _port(colon + port)


def _ipv6(inside: str) -> str:
    if "%" in inside:
        raise _refused("an IPv6 address with a zone; a zone means nothing outside its machine")
    try:
        ipaddress.IPv6Address(inside)
    except ValueError:
        raise _refused(f"given [{quote_value(inside)[1:-1]}]; brackets hold an IPv6 address") from None
    return inside.lower()


def _name(host: str) -> str:
    name = host.removesuffix(".")
    if not name:
        raise _refused("no host")
    if not _NAME.fullmatch(name):
        raise _refused(
            f"host {quote_value(host)};"
            " expected letters, digits, - and _ in parts of up to 63 with dots between, 253 in all"
        )
    return name.lower()


def _port(text: str) -> int | None:
    if not text:
        return None
    if text.startswith(":") and _PORT.fullmatch(text[1:]):
        port = int(text[1:])
        if is_allowed_port(port):
            return port
    allowed = ", ".join(str(first) if first == last else f"{first} to {last}" for first, last in PORTS)
    given = f"port {text[1:]}" if text[1:].isdecimal() else "a port that is not a number"
    raise _refused(f"{given}; allowed: {allowed}")


def _target(rest: str) -> str:
    target = _matched(_TARGET, rest)
    if tokens_in(rest[target.end() :]):
        raise _refused("a token in the fragment; a fragment is never sent, tokens go into path and query")
    return target[0] if target[1] else f"/{target[0]}"


def _matched(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    """Match a *pattern* that matches any text."""
    match = pattern.match(text)
    if match is None:
        raise AssertionError
    return match


def _refused(what: str) -> InvalidSetting:
    return InvalidSetting("url", what)


def get_host(callback: Callback) -> str:
    """Return a callback's host for logs, as secrets may follow in its URL; empty for a mail, or without a valid URL."""
    try:
        return parse_url(callback.url).host if callback.url else ""
    except InvalidSetting:
        return ""
