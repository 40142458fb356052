"""What people recognize an event by: the other party's number, and the beginning of its text."""

from ringback.callbacks.identifiers import parse_fonenumber
from ringback.errors import InvalidSetting
from ringback.models import Event

MAX_TEXT = 80
"""Characters of a text that lists show."""


def get_other_party(event: Event) -> str:
    """Return the other party's number in *event*, normalized; empty if the event does not say.

    For an event without a number of its own account, that is the caller of an inbound call, otherwise the callee.
    """
    caller, callee = (parse_party(str(event.data.get(end, ""))) for end in ("from", "to"))
    if event.fonenumber:
        return callee if caller == event.fonenumber else caller
    return caller if event.data.get("direction") == "INBOUND" else callee


def parse_party(text: str) -> str:
    """Return *text* normalized if it is a number, and unchanged (`Anonymous`) if not."""
    try:
        return parse_fonenumber(text)
    except InvalidSetting:
        return text


def shorten_text(event: Event) -> str:
    """Return the first words of the text of *event*, on one line; empty if it has none."""
    text = " ".join(str(event.data.get("message", "")).split())
    if len(text) <= MAX_TEXT:
        return text
    words, _, rest = text[: MAX_TEXT + 1].rpartition(" ")
    return f"{words if words and len(rest) < MAX_TEXT // 2 else text[:MAX_TEXT]}…"
