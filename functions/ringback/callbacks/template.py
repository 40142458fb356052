"""Tokens in a URL, and the values that take their place (facts: Substitution)."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from ringback.catalog.kinds import Field
from ringback.errors import InvalidSetting
from ringback.models import Value
from ringback.redaction import MASK
from ringback.text import to_well_formed

TOKEN = re.compile(r"\(\(([^(){}]+)\)\)|\{\{([^(){}]+)\}\}")
"""A token, known or not; its name is one of the two groups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A template with its values in place."""

    text: str
    empty: int
    """Tokens for which the event had no value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """Text with gaps: a literal, then for each gap its field's body name and the literal that follows."""

    start: str
    gaps: tuple[tuple[str, str], ...]

    def fill(self, values: Mapping[str, Value], *, most: int, masked: Collection[str] = ()) -> Filled:
        """Put percent-encoded *values* into the gaps, in one pass: a value is never searched for tokens.

        Of those whose body names are *masked*, a mask is put in.

        Raises:
            InvalidSetting: that makes more than *most* characters.
        """
        present = {body for body, _ in self.gaps} & values.keys()
        encoded = {body: MASK if body in masked else percent_encoded(values[body]) for body in present}
        parts = [self.start, *(part for body, literal in self.gaps for part in (encoded.get(body, ""), literal))]
        # Hundreds of tokens for one long value are a gigabyte: they are counted before they are put together.
        length = sum(map(len, parts))
        if length > most:
            raise InvalidSetting("url", f"{length:,} characters with its values; at most {most:,}")
        return Filled(text="".join(parts), empty=sum(body not in encoded for body, _ in self.gaps))


def tokens_in(text: str) -> tuple[str, ...]:
    """The names in `((…))` and the older `{{…}}`, known or not, as often as they occur."""
    return tuple(found[1] or found[2] for found in TOKEN.finditer(text))


def parse_template(text: str, names: Mapping[str, Field]) -> Template:
    """Cut *text* at the tokens that *names* has; what looks like any other token is text."""
    literals = [""]
    bodies: list[str] = []
    end = 0
    for found in TOKEN.finditer(text):
        field = names.get(found[1] or found[2])
        literals[-1] += text[end : found.start()]
        if field is None:
            literals[-1] += found[0]
        else:
            bodies.append(field.body)
            literals.append("")
        end = found.end()
    literals[-1] += text[end:]
    return Template(start=literals[0], gaps=tuple(zip(bodies, literals[1:], strict=True)))


def percent_encoded(value: Value) -> str:
    """UTF-8 with all but the unreserved characters encoded, digits in upper case (RFC 3986, sections 2.1 and 2.3)."""
    return quote(to_well_formed(str(value)), safe="")
