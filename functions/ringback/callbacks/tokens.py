"""Find tokens in a URL, and put values in their place (facts: Substitution)."""

import re
from collections.abc import Collection, Mapping
from urllib.parse import quote

from ringback.catalog.event_kind import Field
from ringback.errors import InvalidSetting
from ringback.frozen import frozen
from ringback.models import Value
from ringback.redaction import MASK
from ringback.text import to_well_formed

TOKEN = re.compile(r"\(\(([^(){}]+)\)\)|\{\{([^(){}]+)\}\}")
"""A token, known or unknown; its name is one of the two groups."""


@frozen
class Filled:
    """A template with its values in place."""

    text: str
    empty: int
    """Tokens for which the event had no value."""


@frozen
class Template:
    """Text with gaps: a literal, then for each gap the body name of its field and the literal that follows."""

    start: str
    gaps: tuple[tuple[str, str], ...]

    def fill(self, values: Mapping[str, Value], *, most: int, masked: Collection[str] = ()) -> Filled:
        """Fill the gaps with percent-encoded *values*, in one pass: a value is never searched for tokens.

        Values whose body names are in *masked* are replaced by a mask.

        Raises:
            InvalidSetting: the result would have more than *most* characters.
        """
        present = {body for body, _ in self.gaps} & values.keys()
        encoded = {body: MASK if body in masked else percent_encoded(values[body]) for body in present}
        parts = [self.start, *(part for body, literal in self.gaps for part in (encoded.get(body, ""), literal))]
        # Hundreds of tokens for one long value make a gigabyte, so the length is computed before anything is joined.
        length = sum(map(len, parts))
        if length > most:
            raise InvalidSetting("url", f"{length:,} characters with its values; at most {most:,}")
        return Filled(text="".join(parts), empty=sum(body not in encoded for body, _ in self.gaps))


def tokens_in(text: str) -> tuple[str, ...]:
    """Return the names in `((…))` and the older `{{…}}`, known or unknown, as often as they occur."""
    return tuple(found[1] or found[2] for found in TOKEN.finditer(text))


def parse_template(text: str, names: Mapping[str, Field]) -> Template:
    """Cut *text* at the tokens that *names* knows; any other token is text."""
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
    """Percent-encode UTF-8, all but the unreserved characters, in upper case (RFC 3986, sections 2.1 and 2.3)."""
    return quote(to_well_formed(str(value)), safe="")
