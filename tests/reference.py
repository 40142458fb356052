"""What the reference says of its events (fonestorm-facts.md); the catalogue may have more."""

from collections.abc import Mapping
from typing import Any

MESSAGE = "to from message id"
CALL = "account_code direction status from to type disposition uid billable_seconds"
FAX = "uid account_code status from to timestamp file type attempts pages pages_transmitted"
BODIES = {
    "messages/receive_notify": MESSAGE,
    "messages/send_notify": MESSAGE,
    "calls/receive_notify": CALL,
    "calls/send_notify": CALL,
    "faxes/receive_notify": FAX,
    "faxes/send_notify": FAX,
    "messages/confirm": f"{MESSAGE} deliverystate deliverycode",
    "messages/receive": MESSAGE,
    "accounts/cdr_notify": CALL,
}
"""The keys of each event's body, in their order."""

OPTIONS = ("message_options", "call_options", "fax_options", "sms_options", "voice_options")
BLOCKS = ("receive_notify", "send_notify", "receive")


def of_the_reference(number: Mapping[str, Any]) -> dict[str, Any]:
    """What a number's object has of the reference's kinds."""
    options = {name: {block: number[name][block] for block in BLOCKS if block in number[name]} for name in OPTIONS}
    return {"fonenumber": number["fonenumber"], **options}
