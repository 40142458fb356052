"""What a person recognizes an event by: the number on the other side, and how its text begins."""

from ringback.callbacks.identifiers import parse_fonenumber
from ringback.errors import InvalidSetting
from ringback.models import Event

MAX_TEXT = 80
"""Characters of a text that a list shows."""


def get_other_party(event: Event) -> str:
    """Return the number on the other side of *event*, as numbers are stored; empty where the event does not say.

    Of an event of no number, that is who called, or who was called.
    """
    caller, callee = (parse_party(str(event.data.get(end, ""))) for end in ("from", "to"))
    if event.fonenumber:
        return callee if caller == event.fonenumber else caller
    return caller if event.data.get("direction") == "INBOUND" else callee


def parse_party(text: str) -> str:
    """Return a number as it is stored; what is no number (`Anonymous`) stays as it is."""
    try:
        return parse_fonenumber(text)
    except InvalidSetting:
        return text


def shorten_text(event: Event) -> str:
    """Return the first words of the text that *event* brought, on one line; empty where it brought none."""
    text = " ".join(str(event.data.get("message", "")).split())
    if len(text) <= MAX_TEXT:
        return text
    words, _, rest = text[: MAX_TEXT + 1].rpartition(" ")
    return f"{words if words and len(rest) < MAX_TEXT // 2 else text[:MAX_TEXT]}…"
