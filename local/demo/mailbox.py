"""Read the mailbox of the local AWS: whatever was sent through SES."""

import json
import re
import urllib.request
from dataclasses import dataclass
from typing import Final

_EVENT: Final = re.compile(r"\(([a-z]+/[a-z_]+)\)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """An e-mail as SES accepted it."""

    id: str
    sender: str
    to: str
    subject: str
    text: str
    html: str

    @property
    def event(self) -> str:
        """The kind of event that it is about; each subject ends with it."""
        found = _EVENT.search(self.subject)
        return found[1] if found else "?"


def letters(endpoint: str) -> list[DeadLetter]:
    """Return all mail that the local AWS at *endpoint* has sent, oldest first."""
    with urllib.request.urlopen(f"{endpoint}/_ministack/ses/messages", timeout=5) as answer:  # noqa: S310 - this machine
        accounts = json.load(answer)["messages"]
    return [
        DeadLetter(
            id=message["MessageId"],
            sender=message["Source"],
            to=", ".join(message["To"]),
            subject=message["Subject"],
            text=message["BodyText"],
            html=message["BodyHtml"] or "",
        )
        for messages in accounts.values()
        for message in messages
    ]
