"""Turns off callbacks whose mail bounces for good, or is complained about."""

from collections.abc import Callable
from datetime import datetime

from feedback.reports import Report, ReportKind
from ringback.announcing import Announcer
from ringback.callback_items import from_item
from ringback.credentials import Credentials
from ringback.errors import OurFault
from ringback.health_store import HealthStore
from ringback.models import Callback, CallbackType
from ringback.notices import NoticeKind
from ringback.tables import Key, Table

REASONS = {
    ReportKind.BOUNCED: "mail to this address bounced",
    ReportKind.COMPLAINED: "the receiver complained about a mail",
}
"""Why a callback is turned off: its owner, its contact and the platform read that."""


class Feedback:
    """Acts on reports; the same one twice does nothing the second time."""

    def __init__(
        self,
        *,
        callbacks: Table,
        credentials: Credentials,
        health: HealthStore,
        announcer: Announcer,
        clock: Callable[[], datetime],
    ) -> None:
        self._callbacks = callbacks
        self._credentials = credentials
        self._health = health
        self._announcer = announcer
        self._clock = clock

    def act(self, report: Report) -> bool:
        """Whether *report* has turned off its callback: it is final, and the mails still go to the same address.

        Raises:
            OurFault: the table is out of reach.
        """
        if not report.is_final or report.callback is None:
            return False
        callback = self._mailing(report.callback)
        if callback is None or callback.email.casefold() not in report.to:
            return False
        reason = f"{REASONS[report.kind]}: {report.why}" if report.why else REASONS[report.kind]
        now = self._clock()
        if not self._health.disable(callback, reason, at=now):
            return False
        self._announcer.changed(NoticeKind.CALLBACK_DISABLED, callback, now, reason)
        return True

    def _mailing(self, key: Key) -> Callback | None:
        """The callback under *key* as it is at this moment, if it is a mail."""
        found = self._callbacks.read([key])
        if found.unread:
            raise OurFault("reading a callback: the table is busy")
        for item in found.items:
            if item.get("type", {}).get("S") == CallbackType.EMAIL:
                return from_item(item, self._credentials)
        return None
