"""The tags that name to SES the callback and the delivery of a mail: SES repeats them in whatever it reports of it."""

import base64

TAG = "callback"
"""The name of the tag of a callback."""

DELIVERY_TAG = "delivery"
"""That of a delivery, whose value is made alike."""

MOST_CHARACTERS = 256
"""Of a tag's value; they are ASCII letters, digits, `_` and `-` (SES: MessageTag)."""

_BETWEEN = "|"
"""No kind of event has it in its name."""


def tag_of(callback: tuple[str, str]) -> str:
    """The value of the tag for the *callback* of an owner and a kind of event, or for an owner's delivery by its id."""
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
