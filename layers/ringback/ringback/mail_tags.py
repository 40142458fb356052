"""The tag that names to SES the callback a mail is sent for: SES repeats it in whatever it reports of that mail."""

import base64

TAG = "callback"
"""The name of the tag."""

MOST_CHARACTERS = 256
"""Of a tag's value; they are ASCII letters, digits, `_` and `-` (SES: MessageTag)."""

_BETWEEN = "|"
"""No kind of event has it in its name."""


def tag_of(callback: tuple[str, str]) -> str:
    """The value of the tag for the *callback* of an owner and a kind of event."""
    owner, event = callback
    text = f"{event}{_BETWEEN}{owner}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def callback_of(tag: str) -> tuple[str, str] | None:
    """The owner and the kind of event that `tag_of` made *tag* of; None of a tag that it did not make."""
    try:
        text = base64.urlsafe_b64decode(tag + "=" * (-len(tag) % 4)).decode()
    except ValueError:
        return None
    event, _, owner = text.partition(_BETWEEN)
    return (owner, event) if tag_of((owner, event)) == tag else None
