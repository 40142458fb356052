"""Put status events on EventBridge, so that the platform can show them or act on them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from ringback.aws.clients import infrastructure_error
from ringback.callbacks.url import get_host
from ringback.frozen import frozen
from ringback.json_text import to_compact_json
from ringback.models import Callback, Delivery, split_owner
from ringback.timestamps import to_iso

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_events import EventBridgeClient

SOURCE = "ringback"

PUT_AT_ONCE = 10
"""The limit of PutEvents."""


class StatusEventKind(StrEnum):
    """The `detail-type` of each kind of status event."""

    CALLBACK_OPENED = "callback.opened"
    CALLBACK_CLOSED = "callback.closed"
    CALLBACK_DISABLED = "callback.disabled"
    DELIVERY_FAILED = "delivery.failed"


@frozen
class StatusEvent:
    """An event on the bus; it never has a secret, and of a URL only the host."""

    kind: StatusEventKind
    at: datetime
    detail: Mapping[str, str | int]


def about_callback(kind: StatusEventKind, callback: Callback, *, at: datetime, reason: str) -> StatusEvent:
    """Describe what happened to *callback*."""
    account, fonenumber = split_owner(callback.owner)
    detail = {"account": account, "fonenumber": fonenumber, "event": callback.event, "host": get_host(callback)}
    return StatusEvent(kind=kind, at=at, detail={**detail, "reason": reason})


def about_failure(delivery: Delivery, callback: Callback, *, at: datetime) -> StatusEvent:
    """Describe that *delivery* has failed for good."""
    last = delivery.attempts[-1] if delivery.attempts else None
    detail: dict[str, str | int] = {
        "account": delivery.event.account,
        "fonenumber": delivery.event.fonenumber,
        "event": delivery.event.kind,
        "host": get_host(callback),
        "delivery": delivery.id,
        "event_id": delivery.event.id,
        "attempts": delivery.attempt_count,
        "outcome": last.outcome if last else "",
        "reason": delivery.note or (last.detail if last else ""),
    }
    return StatusEvent(kind=StatusEventKind.DELIVERY_FAILED, at=at, detail=detail)


class StatusEventBus:
    """The default bus of this account and region; *events* creates the client when it is first needed."""

    def __init__(self, events: "Callable[[], EventBridgeClient]") -> None:
        self._events = events

    def put(self, status_events: "Sequence[StatusEvent]") -> int:
        """Put up to `PUT_AT_ONCE` status events on the bus, and return how many it did not take.

        Raises:
            InfrastructureError: the bus is unreachable.
        """
        with infrastructure_error("putting status events on the bus"):
            answer = self._events().put_events(
                Entries=[
                    {
                        "Source": SOURCE,
                        "DetailType": one.kind,
                        "Time": one.at,
                        "Detail": to_compact_json({**one.detail, "at": to_iso(one.at)}),
                    }
                    for one in status_events
                ]
            )
        return answer["FailedEntryCount"]
