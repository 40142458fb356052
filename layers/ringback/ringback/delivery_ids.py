"""The id of a delivery, computed from its event, so that an event received twice is the same delivery."""

import hashlib

from ringback.models import Event
from ringback.queues import compact
from ringback.times import milliseconds


def delivery_id(event: Event) -> str:
    """32 hex digits that sort by the event's time: 12 of its milliseconds, 20 of a digest of all that identifies it.

    The data counts: `BEGIN` and `END` of a call may share id and second, and both must arrive.
    """
    identity = compact([event.owner, event.kind, event.id, *event.data.items()])
    digest = hashlib.sha256(identity.encode()).hexdigest()
    return f"{max(milliseconds(event.time), 0):012x}{digest[:20]}"
