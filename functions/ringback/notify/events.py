"""What the platform is told on EventBridge, so that it can act on it: show it, or stop what causes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from ringback.aws.clients import infrastructure_error
from ringback.callbacks.url import get_host
from ringback.json_text import to_compact_json
from ringback.models import Callback, Delivery, split_owner
from ringback.timestamps import to_iso

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_events import EventBridgeClient

SOURCE = "ringback"

PUT_AT_ONCE = 10
"""PutEvents' limit."""


class StatusEventKind(StrEnum):
    """The `detail-type` of each."""

    CALLBACK_OPENED = "callback.opened"
    CALLBACK_CLOSED = "callback.closed"
    CALLBACK_DISABLED = "callback.disabled"
    DELIVERY_FAILED = "delivery.failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusEvent:
    """One event on the bus; never with a secret, nor anything of a URL but its host."""

    kind: StatusEventKind
    at: datetime
    detail: Mapping[str, str | int]


def about_callback(kind: StatusEventKind, callback: Callback, *, at: datetime, reason: str) -> StatusEvent:
    """What happened to *callback*."""
    account, fonenumber = split_owner(callback.owner)
    detail = {"account": account, "fonenumber": fonenumber, "event": callback.event, "host": get_host(callback)}
    return StatusEvent(kind=kind, at=at, detail={**detail, "reason": reason})


def about_failure(delivery: Delivery, callback: Callback, *, at: datetime) -> StatusEvent:
    """That *delivery* has failed for good."""
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
    """The default bus of this account and region; *events* makes the client when it is first needed."""

    def __init__(self, events: "Callable[[], EventBridgeClient]") -> None:
        self._events = events

    def put(self, notices: "Sequence[StatusEvent]") -> int:
        """Put up to `PUT_AT_ONCE` *notices*; how many the bus did not take.

        Raises:
            OurFault: it is out of reach.
        """
        with infrastructure_error("putting notices on the bus"):
            answer = self._events().put_events(
                Entries=[
                    {
                        "Source": SOURCE,
                        "DetailType": notice.kind,
                        "Time": notice.at,
                        "Detail": to_compact_json({**notice.detail, "at": to_iso(notice.at)}),
                    }
                    for notice in notices
                ]
            )
        return answer["FailedEntryCount"]
